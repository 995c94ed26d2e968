"""Metrics."""

from specc.catalog.entries import Family, entry
from specc.catalog.types import array, integer, nullable, number

_AT_LEAST = number("Score above which a class is present; null takes the best class.", above=0, maximum=1)

METRICS: Family = {
    "accuracy": entry("Share of right answers; the form that fits the output is chosen when training starts."),
    "crossentropy": entry("The cross-entropy that fits the output; chosen when training starts."),
    "AUC": entry(
        "Area under the ROC or precision-recall curve.",
        thresholds=array(number(minimum=0, maximum=1), "Scores at which the curve is taken.", least=1),
    ),
    "Accuracy": entry("Share of predictions equal to their target."),
    "BinaryAccuracy": entry("Share of right yes-or-no answers."),
    "BinaryCrossentropy": entry("Cross-entropy of yes-or-no targets."),
    "BinaryIoU": entry(
        "Overlap of two yes-or-no masks.",
        target_class_ids=array(
            integer(minimum=0, maximum=1), "Which of the two values enter the mean.", least=1, most=2
        ),
        threshold=nullable(number("Score from which a pixel counts as 1; null takes predictions as they are.")),
    ),
    "CategoricalAccuracy": entry("Share of right answers among one-hot targets."),
    "CategoricalCrossentropy": entry("Cross-entropy of one-hot targets."),
    "CategoricalHinge": entry("Margin between the right class and the best wrong one."),
    "ConcordanceCorrelation": entry("Agreement with the line of equal values."),
    "CosineSimilarity": entry("Cosine between target and prediction."),
    "F1Score": entry("Precision and recall in one number, for one-hot targets.", threshold=_AT_LEAST),
    "FBetaScore": entry("Weighed mean of precision and recall, for one-hot targets.", threshold=_AT_LEAST),
    "FalseNegatives": entry("Number of missed positives."),
    "FalsePositives": entry("Number of false alarms."),
    "Hinge": entry("Hinge loss of targets -1 and 1."),
    "IoU": entry("Overlap of masks over chosen classes."),
    "KLDivergence": entry("How far a predicted distribution is from the target's."),
    "LogCoshError": entry("Smooth form of the absolute error."),
    "Mean": entry("Running mean of the values themselves."),
    "MeanAbsoluteError": entry("Mean size of the errors."),
    "MeanAbsolutePercentageError": entry("Mean size of the errors in percent of the target."),
    "MeanIoU": entry("Overlap of masks, averaged over all classes."),
    "MeanSquaredError": entry("Mean of the squared errors."),
    "MeanSquaredLogarithmicError": entry("Squared error of logarithms."),
    "OneHotIoU": entry("Overlap of one-hot masks over chosen classes."),
    "OneHotMeanIoU": entry("Overlap of one-hot masks, averaged over all classes."),
    "PearsonCorrelation": entry("Linear correlation of target and prediction."),
    "Poisson": entry("Poisson loss of counts."),
    "Precision": entry("Share of predicted positives that are right."),
    "PrecisionAtRecall": entry("Best precision among thresholds that reach a recall."),
    "R2Score": entry("Share of the targets' variance that is explained; 1 is perfect."),
    "Recall": entry("Share of positives that are found."),
    "RecallAtPrecision": entry("Best recall among thresholds that reach a precision."),
    "RootMeanSquaredError": entry("Root of the mean squared error, in the target's unit."),
    "SensitivityAtSpecificity": entry("Best sensitivity among thresholds that reach a specificity."),
    "SparseCategoricalAccuracy": entry("Share of right answers among integer class ids."),
    "SparseCategoricalCrossentropy": entry("Cross-entropy of integer class ids."),
    "SparseTopKCategoricalAccuracy": entry("Share of samples whose class id is among the best guesses."),
    "SpecificityAtSensitivity": entry("Best specificity among thresholds that reach a sensitivity."),
    "SquaredHinge": entry("Square of the hinge loss."),
    "Sum": entry("Running sum of the values themselves."),
    "TopKCategoricalAccuracy": entry("Share of samples whose one-hot class is among the best guesses."),
    "TrueNegatives": entry("Number of rightly rejected samples."),
    "TruePositives": entry("Number of rightly found positives."),
}

# Chosen by Keras from the shapes of target and output: the training code hands the word itself on.
AUTOMATIC = ("accuracy", "crossentropy")
