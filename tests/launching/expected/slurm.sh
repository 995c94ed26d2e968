#!/bin/bash
# A job for Slurm: sbatch FILE, in the project's folder, which all nodes must share. Runs go to runs/ in it.
#
# Before: set the time and the resources to what a worker needs, and replace the line that says so.
# For GPUs take one `#` away from the line with `--gpus-per-task`.
#
# 60 s before its time is over or it is pre-empted, the job writes a checkpoint. It goes on from there when
# Slurm queues it again, or when it is submitted again.
#SBATCH --job-name=digits-cnn
#SBATCH --output=digits-cnn-%j.log
#SBATCH --open-mode=append
#SBATCH --ntasks=4
#SBATCH --ntasks-per-node=1
#SBATCH --cpus-per-task=4
#SBATCH --mem=8G
#SBATCH --time=04:00:00
##SBATCH --gpus-per-task=1
#SBATCH --signal=TERM@60
#SBATCH --requeue

set -eu
# REPLACE-WITH-WHAT-MAKES-SPECC-AVAILABLE, such as: source .venv/bin/activate

srun --label --distribution=block --kill-on-bad-exit=1 \
  specc train specs/digits-cnn.yaml --set=training.epochs=5 '--var=note=it'"'"'s $(date) & `id`' --root=. --resume=auto
