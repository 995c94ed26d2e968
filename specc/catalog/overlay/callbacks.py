"""Callbacks of training."""

from specc.catalog.entries import Family, entry
from specc.catalog.types import component

CALLBACKS: Family = {
    "BackupAndRestore": entry("Saves the state of training so that a broken run can go on."),
    "CSVLogger": entry("Writes the numbers of every epoch to a CSV file."),
    "EarlyStopping": entry("Ends training when a value has stopped improving."),
    "LearningRateScheduler": entry(
        "Sets the learning rate at the start of every epoch.",
        schedule=component("schedule", "The rate of each epoch: a schedule whose steps are epochs, counted from 0."),
    ),
    "ModelCheckpoint": entry("Saves the model during training."),
    "ReduceLROnPlateau": entry("Lowers the learning rate when a value has stopped improving."),
    "SwapEMAWeights": entry("Uses the averaged weights of the optimizer for validation."),
    "TensorBoard": entry("Writes logs for TensorBoard."),
    "TerminateOnNaN": entry("Ends training when the loss is not a number."),
}
