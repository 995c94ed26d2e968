"""Optimizers and learning-rate schedules."""

from specc.catalog.entries import Family, entry
from specc.catalog.types import number

OPTIMIZERS: Family = {
    "Adadelta": entry("Step sizes from a moving window of squared gradients."),
    "Adafactor": entry("Adam with little memory, for large models."),
    "Adagrad": entry("Step sizes that fall with all squared gradients so far; good for rare features."),
    "Adam": entry("Moving means of gradient and squared gradient; a good first choice."),
    "AdamW": entry("Adam with weight decay apart from the gradient."),
    "Adamax": entry("Adam with the largest gradient in place of the squared mean."),
    "Ftrl": entry("Follows the regularized leader; for large sparse linear models."),
    "Lamb": entry("Adam with a step scaled per layer, for very large batches."),
    "Lion": entry(
        "Steps by the sign of the momentum; wants smaller rates than Adam.",
        beta_1=number("Weight of the momentum against the new gradient.", above=0, maximum=1),
    ),
    "LossScaleOptimizer": entry("Scales the loss so that half-precision gradients do not vanish."),
    "Muon": entry("Orthogonalized momentum for matrices, Adam for everything else."),
    "Nadam": entry("Adam that looks ahead along the momentum."),
    "RMSprop": entry("Divides by a moving root mean square of the gradient."),
    "SGD": entry("Stochastic gradient descent, with momentum if wanted."),
    "ScheduleFreeAdamW": entry("AdamW that averages its weights and needs no schedule."),
}

SCHEDULES: Family = {
    "CosineDecay": entry("Falls along half a cosine, after a warm-up if wanted."),
    "CosineDecayRestarts": entry("Falls along half a cosine again and again."),
    "ExponentialDecay": entry("Multiplies by the same factor every so many steps."),
    "InverseTimeDecay": entry("Divides by a number that grows with the steps."),
    "PiecewiseConstantDecay": entry("Constant rates between given steps."),
    "PolynomialDecay": entry("Falls to an end value along a power curve."),
}
