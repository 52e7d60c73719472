"""What is simulated: the world's data, the scenario files and their loaders."""
