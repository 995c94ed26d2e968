"""What weights start as and what is asked of them: initializers, regularizers and constraints."""

from specc.catalog.entries import Family, entry

INITIALIZERS: Family = {
    "Constant": entry("Every weight the same, or given values."),
    "GlorotNormal": entry("Normal with a width by inputs plus outputs; for tanh and sigmoid."),
    "GlorotUniform": entry("Uniform with a width by inputs plus outputs; what most layers start from."),
    "HeNormal": entry("Normal with a width by the number of inputs; for ReLU."),
    "HeUniform": entry("Uniform with a width by the number of inputs; for ReLU."),
    "Identity": entry("The identity matrix; only for square kernels."),
    "LecunNormal": entry("Normal with a variance of one over the inputs; for SELU."),
    "LecunUniform": entry("Uniform with a variance of one over the inputs."),
    "Ones": entry("Every weight one.", first=None),
    "Orthogonal": entry("A random matrix with orthogonal rows or columns."),
    "RandomNormal": entry("Normal with a given mean and width."),
    "RandomUniform": entry("Uniform between two numbers."),
    "STFT": entry("The sines and cosines of a short-time Fourier transform."),
    "TruncatedNormal": entry("Normal, with values beyond two widths drawn again."),
    "VarianceScaling": entry("Variance scaled by the size of the layer; the family of Glorot, He and LeCun."),
    "Zeros": entry("Every weight zero.", first=None),
}

REGULARIZERS: Family = {
    "L1": entry("Penalty on absolute values, which pushes weights to exactly zero."),
    "L1L2": entry("Penalty on absolute values and squares."),
    "L2": entry("Penalty on squares, which keeps weights small."),
    "OrthogonalRegularizer": entry("Penalty on vectors that point the same way."),
}

CONSTRAINTS: Family = {
    "MaxNorm": entry("Scales weights down whose norm is too large."),
    "MinMaxNorm": entry("Keeps the norm of weights between two limits."),
    "NonNeg": entry("Sets negative weights to zero."),
    "UnitNorm": entry("Scales weights to norm one."),
}
