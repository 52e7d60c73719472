"""What the model cannot say, in short: the limits that every report states and docs/limits.md explains."""

# (lead, text): a sentence in bold, and what follows from it. docs/limits.md begins with the same list.
LIMITS = (
    (
        "It is not a forecast.",
        "After August 2023 every world here is conditional: history stops, nothing else happens, and a policy "
        "does what its file says. The real world has moved on, in ways that no run contains.",
    ),
    (
        "It is not a prevalence estimate.",
        "How many people are held is put in, not found out: the starting figures and the pace of recruitment "
        "are set so that mid-2023 stands above the lower bounds that the UN Human Rights Office reported. "
        "Read differences between policies, not levels.",
    ),
    (
        "No policy has a measured effect.",
        "The briefing paper and the literature give directions, never sizes. How strongly each lever acts, "
        "for good and for ill, is an assumption that is printed beside the results. A different assumption "
        "can turn a sign.",
    ),
    (
        "An interval shows chance, not doubt about the assumptions.",
        "It is that of an average. With one set of parameters: of the effect over seeds, which more seeds "
        "narrow. With draws of them (`--draws`): of the effect over the draws, which more draws narrow. What "
        "few, uncertain reports leave open about the parameters is how far the draws differ, which the report "
        "shows first: the median draw with the range of nine of ten. What is not known about people, operators "
        "and states is wider still.",
    ),
    (
        "Many comparisons are made at once.",
        "The headline outcomes of all policies are one declared family, whose intervals of averages also come so "
        "wide that all of them cover together. In tables by place, group and month, 5 % of what is called likely or "
        "clear may be chance.",
    ),
    (
        "A cost is an order of magnitude.",
        "No unit cost has a source; each is a range of a factor of ten or more. Spending for a week of "
        "captivity avoided leaves out what is done to those who come out.",
    ),
    (
        "A place is not a place.",
        "Where the paper names one, the model holds a handful of assumed numbers about it; all else is "
        "'elsewhere in' a country. What is shown of where operations go is where they go in the model, among "
        "these places; it is no prediction of a next place, and must not be used to choose targets.",
    ),
    (
        "A simulated person is nobody.",
        "Histories are drawn to make totals come out; none is anyone's story.",
    ),
    (
        "What is left out cannot appear in a result.",
        "The politics of a decision, elections, war beyond the dated shocks, the strategy of single officials "
        "or groups, families' lives, and everything that nobody reported.",
    ),
)
