"""Several workers that train one spec together: started on this machine, or described for one that starts them."""

from specc.launching.job import Ended, Job
from specc.launching.kubernetes import kubernetes_manifest
from specc.launching.launch import launch
from specc.launching.placed import Placed, placed
from specc.launching.slurm import slurm_script
from specc.launching.strategy import strategy_of_one_worker

__all__ = [
    "Ended",
    "Job",
    "Placed",
    "kubernetes_manifest",
    "launch",
    "placed",
    "slurm_script",
    "strategy_of_one_worker",
]
