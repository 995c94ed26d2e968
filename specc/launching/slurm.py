"""A spec -> a batch script for Slurm, whose `srun` starts the workers; they find each other by its variables."""

import shlex

from specc.launching.placed import Placed

BEFORE_END_S = 60


def slurm_script(job: Placed) -> str:
    """The script, with what has to be replaced marked in capitals."""
    return f"""\
#!/bin/bash
# A job for Slurm: sbatch FILE, in the project's folder, which all nodes must share. Runs go to runs/ in it.
#
# Before: set the time and the resources to what a worker needs, and replace the line that says so.
# For GPUs take one `#` away from the line with `--gpus-per-task`.
#
# {BEFORE_END_S} s before its time is over or it is pre-empted, the job writes a checkpoint. It goes on from there when
# Slurm queues it again, or when it is submitted again.
#SBATCH --job-name={job.name}
#SBATCH --output={job.name}-%j.log
#SBATCH --open-mode=append
#SBATCH --ntasks={job.workers}
#SBATCH --ntasks-per-node=1
#SBATCH --cpus-per-task=4
#SBATCH --mem=8G
#SBATCH --time=04:00:00
##SBATCH --gpus-per-task=1
#SBATCH --signal=TERM@{BEFORE_END_S}
#SBATCH --requeue

set -eu
# REPLACE-WITH-WHAT-MAKES-SPECC-AVAILABLE, such as: source .venv/bin/activate

srun --label --distribution=block --kill-on-bad-exit=1 \\
  {shlex.join(job.command)}
"""
