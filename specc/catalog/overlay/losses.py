"""Loss functions."""

from specc.catalog.entries import Family, entry
from specc.catalog.types import integer, number, one_or_many

_DICE_AXIS = one_or_many(integer(), "Axes over which overlap is counted; null is all.")

LOSSES: Family = {
    "BinaryCrossentropy": entry("Cross-entropy of yes-or-no targets."),
    "BinaryFocalCrossentropy": entry("Cross-entropy of yes-or-no targets that plays easy samples down."),
    "CategoricalCrossentropy": entry("Cross-entropy of one-hot targets."),
    "CategoricalFocalCrossentropy": entry(
        "Cross-entropy of one-hot targets that plays easy samples down.",
        alpha=one_or_many(number(minimum=0), "Weight of all classes, or one per class."),
    ),
    "CategoricalGeneralizedCrossEntropy": entry("Loss of one-hot targets that tolerates wrong labels."),
    "CategoricalHinge": entry("Margin between the right class and the best wrong one."),
    "Circle": entry(
        "Pulls embeddings of equal classes together and pushes others apart.",
        gamma=number("How sharply pairs are weighed.", above=0),
    ),
    "CosineSimilarity": entry("Negative cosine between target and prediction."),
    "CTC": entry("Aligns a sequence of scores with a shorter sequence of labels (speech, handwriting)."),
    "Dice": entry("One minus the overlap of two masks.", axis=_DICE_AXIS),
    "Hinge": entry("Margin loss of targets -1 and 1."),
    "Huber": entry("Squared for small errors, straight for large ones."),
    "KLDivergence": entry("How far a predicted distribution is from the target's."),
    "LogCosh": entry("Smooth form of the absolute error."),
    "MeanAbsoluteError": entry("Mean size of the errors."),
    "MeanAbsolutePercentageError": entry("Mean size of the errors in percent of the target."),
    "MeanSquaredError": entry("Mean of the squared errors."),
    "MeanSquaredLogarithmicError": entry("Squared error of logarithms, for targets that span orders of magnitude."),
    "Poisson": entry("For counts: negative log-likelihood of a Poisson distribution."),
    "SparseCategoricalCrossentropy": entry("Cross-entropy of integer class ids."),
    "SquaredHinge": entry("Square of the hinge loss."),
    "Tversky": entry(
        "Dice loss with separate weights for false alarms and misses.",
        axis=_DICE_AXIS,
        alpha=number("Weight of false alarms.", minimum=0),
    ),
    "crossentropy": entry("The cross-entropy that fits the output and its targets; chosen when training starts."),
}

# Chosen by Keras from the shapes of target and output, so they are no classes there.
AUTOMATIC = ("crossentropy",)
