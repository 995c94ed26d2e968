"""Plan -> trained model in a run directory: devices, seeds, compilation, the engine, what a run records."""
