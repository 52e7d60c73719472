"""The house rules that a reader relies on: who imports whom, no ambient randomness, light commands, clean files."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).parent.parent
MODEL_MAY_IMPORT = {"numpy", "numba", "networkx", "scipy", "mesa"}
REGISTRIES = ["levers", "life_course", "mechanisms", "outcomes", "parameters", "streams"]
HEAVY = {"pandas", "matplotlib", "scipy.stats", "mesa", "numba"}


def sources(package: str) -> list[Path]:
    files = sorted((ROOT / package).rglob("*.py"))
    assert files, f"{package}/ holds no Python file"
    return files


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imported(tree: ast.AST) -> list[tuple[int, str]]:
    """Return (line, dotted name) of every absolute import in `tree`, wherever it stands."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.append((node.lineno, node.module))
    return found


def test_each_layer_imports_only_those_below():
    assert lint_imports(str(ROOT / "pyproject.toml"), no_cache=True, no_logo=True) == 0


def test_the_model_imports_only_what_it_may():
    allowed = MODEL_MAY_IMPORT | sys.stdlib_module_names | {"model"}
    foreign = [
        f"{relative(path)}:{line} imports {name}"
        for path in sources("model")
        for line, name in imported(ast.parse(path.read_text(encoding="utf-8")))
        if name.split(".")[0] not in allowed
    ]
    assert not foreign, foreign


def loaded_by(code: str) -> set[str]:
    """Run `code` in a fresh interpreter and return the modules that it loads."""
    report = "import atexit, json, sys\natexit.register(lambda: print(json.dumps([*sys.modules]), file=sys.stderr))\n"
    done = subprocess.run([sys.executable, "-c", report + code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr.rpartition("\n[")[0]
    return set(json.loads(done.stderr.splitlines()[-1]))


@pytest.mark.parametrize("name", REGISTRIES)
def test_a_registry_loads_the_standard_library_only(name):
    own = {module.split(".")[0] for module in loaded_by(f"import model.registry.{name}") - loaded_by("")}
    assert own <= sys.stdlib_module_names | {"model"}


@pytest.mark.parametrize("arguments", [["--help"], ["list", "levers"]], ids=" ".join)
def test_a_quick_command_loads_nothing_heavy(arguments):
    assert not loaded_by(f"sys.argv = {['displace', *arguments]}\nfrom displace.cli.main import main\nmain()") & HEAVY


# --- Names ------------------------------------------------------------------------------------------

PRODUCT = ("model", "scenarios", "experiments", "calibration", "displace")


def constants(source: str) -> set[str]:
    """Return the public names in capitals that a module gives a value at its top."""
    targets = []
    for node in ast.parse(source).body:
        match node:
            case ast.Assign():
                targets += node.targets
            case ast.AnnAssign(value=ast.expr()):
                targets.append(node.target)
    names = [name for target in targets for name in (target.elts if isinstance(target, ast.Tuple) else [target])]
    return {name.id for name in names if isinstance(name, ast.Name) and re.fullmatch("[A-Z][A-Z0-9_]+", name.id)}


def test_a_name_in_capitals_is_given_its_value_in_one_place():
    homes: dict[str, list[str]] = {}
    for path in (path for package in PRODUCT for path in sources(package)):
        for name in constants(path.read_text(encoding="utf-8")):
            homes.setdefault(name, []).append(relative(path))
    assert {name: files for name, files in homes.items() if len(files) > 1} == {}


def test_constants_are_found():
    assert constants("A, BC = 1, 2\nDE: int = 3\nFG: int\nhi = _JK = 4\ndef f():\n    LM = 5\n") == {"BC", "DE"}


# --- Randomness -------------------------------------------------------------------------------------

NEVER = r"^(random|secrets|uuid)\b|^numpy\.random$|(?<!^np)(?<!^numpy)\.random\.\w+$|\.shuffle_do$"
SEEDED = "default_rng|SeedSequence|Generator|PCG64|Philox"
ABOVE_THE_MODEL = rf"{NEVER}|^(np|numpy)\.random\.(?!({SEEDED})\b)"
# In the model only keyed draws are fixed by the seed: a generator's next number depends on who drew before.
IN_THE_MODEL = rf"{NEVER}|^(np|numpy)\.random\.|\b({SEEDED})$|\.rng\.\w+$|\.rvs$"


def ambient_randomness(source: str, forbidden: str) -> list[tuple[int, str]]:
    """Return (line, name) of every use of randomness in `source` that is forbidden or is given no seed."""
    found = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import():
                names = [alias.name for alias in node.names]
            case ast.ImportFrom(level=0):
                names = [f"{node.module}.{alias.name}" for alias in node.names]
            case ast.Attribute():
                names = [ast.unparse(node)]
            case _:
                names = []
        found += [(node.lineno, name) for name in names if re.search(forbidden, name)]
        if isinstance(node, ast.Call) and draws_without_seed(node):
            found.append((node.lineno, ast.unparse(node)))
    return found


def draws_without_seed(call: ast.Call) -> bool:
    given = [ast.unparse(value) for value in (*call.args, *(word.value for word in call.keywords))]
    words = " ".join([*given, *(word.arg or "" for word in call.keywords)])
    match ast.unparse(call.func).split(".")[-1]:
        case "default_rng" | "SeedSequence":
            return set(given) <= {"None"}
        case "rvs" | "Sobol" | "Halton" | "LatinHypercube" | "bootstrap" | "permutation_test":
            return not re.search(r"rng|seed|random_state", words, re.IGNORECASE)
        case "hash":  # a string's is salted anew in every process
            return isinstance(call.func, ast.Name)
    return False


@pytest.mark.parametrize("package", ["model", "scenarios", "experiments", "calibration"])
def test_no_ambient_randomness(package):
    forbidden = IN_THE_MODEL if package == "model" else ABOVE_THE_MODEL
    found = [
        f"{relative(path)}:{line} {name}"
        for path in sources(package)
        for line, name in ambient_randomness(path.read_text(encoding="utf-8"), forbidden)
    ]
    assert not found, found


@pytest.mark.parametrize(
    "source",
    [
        "import random",
        "from random import choice",
        "from numpy import random",
        "from numpy.random import rand",
        "x = np.random.normal()",
        "np.random.seed(1)",
        "rng = np.random.default_rng()",
        "rng = np.random.default_rng(seed=None)",
        "i = self.random.choice([1, 2])",
        "agents.shuffle_do('step')",
        "x = norm.rvs(size=3)",
        "s = qmc.Sobol(d=3)",
        "k = hash('place')",
    ],
)
def test_ambient_randomness_is_found(source):
    assert ambient_randomness(source, ABOVE_THE_MODEL)
    assert ambient_randomness(source, IN_THE_MODEL)


@pytest.mark.parametrize(
    "source",
    [
        "rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(1, 2)))",
        "from numpy.random import default_rng",
        "def f(rng: np.random.Generator): return rng.normal()",
        "s = qmc.Sobol(d=3, seed=seed)",
        "x = norm.rvs(size=3, random_state=rng)",
    ],
)
def test_a_seeded_generator_is_fine_above_the_model_only(source):
    assert not ambient_randomness(source, ABOVE_THE_MODEL)
    assert ambient_randomness(source + "\nself.rng.normal()", IN_THE_MODEL)


# --- Style ------------------------------------------------------------------------------------------


def test_the_code_is_formatted_and_without_lint():
    for arguments in (["check", "--no-cache"], ["format", "--check", "--no-cache"]):
        done = subprocess.run([sys.executable, "-m", "ruff", *arguments, "."], cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr


# --- Files ------------------------------------------------------------------------------------------

# Where this or another machine fetches packages, and where its folders lie, is nobody else's concern.
REGISTRY = "|".join(
    (
        r"pypi\.org|pythonhosted\.org|npmjs\.(org|com)",
        r"(deb|archive|ports)\.(debian|ubuntu)|conda\.anaconda",
        r"--(extra-)?index-url|--find[-]links",
    )
)
MACHINE_PATH = r"(?<![\w.}])/(root|home|work|Users|mnt|opt)/\w|file:/{3}"


def test_no_file_names_a_registry_or_a_machine():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a git checkout: nothing tells what is committed")
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    found = [
        f"{relative(path)}:{number} {match.group()}"
        for path in paths
        if path.is_file()
        for number, line in enumerate(path.read_bytes().decode("utf-8", "replace").splitlines(), start=1)
        if (match := re.search(f"{REGISTRY}|{MACHINE_PATH}", line))
    ]
    assert not found, found


def pins(lock: str) -> dict[str, str]:
    """Return {package: version} of a lock in requirements/, checking that each one carries a hash."""
    text = (ROOT / "requirements" / lock).read_text(encoding="utf-8")
    assert "://" not in text
    entries = [entry for entry in re.split(r"\n(?=\w)", text) if entry.strip()]
    assert all("--hash=sha256:" in entry for entry in entries)
    return dict(re.match(r"([\w.-]+)==(\S+)", entry).groups() for entry in entries)


def test_the_locks_are_hashed_and_agree():
    core, test, everything, viz = (pins(f"{name}.txt") for name in ("core", "test", "all", "viz"))
    assert core.items() <= test.items() <= everything.items()
    assert core.items() <= viz.items() <= everything.items()
