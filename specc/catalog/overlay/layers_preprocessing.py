"""Layers that prepare raw data: numbers, categories, text, pictures and sound."""

from specc.catalog.entries import Family, entry
from specc.catalog.types import (
    array,
    boolean,
    choice,
    integer,
    list_or_path,
    nested_numbers,
    nullable,
    number,
    one_or_many,
    string,
    text_or_integer,
)

_LOOKUP_MODES = choice(["int", "one_hot", "multi_hot", "count", "tf_idf"], "Ids, or one vector per sample.")
_FRAME = "Samples per frame."

PREPROCESSING: Family = {
    "Normalization": entry(
        "Shifts and scales features to mean zero and variance one.",
        axis=nullable(one_or_many(integer(), "Axes with statistics of their own; null uses one for all.")),
        mean=nested_numbers("Mean to take off; null learns it from the training split."),
        variance=nested_numbers("Variance to divide out; null learns it from the training split."),
    ),
    "Rescaling": entry(
        "Multiplies by a constant and adds another.",
        scale=nested_numbers("The factor, such as 0.00392 for pixels, or one per channel."),
        offset=nested_numbers("What is added after scaling."),
    ),
    "Discretization": entry(
        "Sorts numbers into ranges and puts out the range's number.",
        bin_boundaries=array(number(), "Borders between the ranges, rising."),
        num_bins=integer("Number of ranges to learn from the data.", minimum=2),
        epsilon=number("Tolerance of the learned borders.", above=0, below=1),
        output_mode=choice(["int", "one_hot", "multi_hot", "count"], "Form of the result."),
    ),
    "CategoryEncoding": entry(
        "Turns integer ids into one-hot, multi-hot or count vectors.",
        num_tokens=integer("Number of different ids.", minimum=1),
        output_mode=choice(["one_hot", "multi_hot", "count"], "Form of the result."),
    ),
    "Hashing": entry(
        "Hashes values into a fixed number of buckets.",
        mask_value=text_or_integer("Value that always falls into bucket 0."),
        output_mode=choice(["int", "one_hot", "multi_hot", "count"], "Form of the result."),
    ),
    "HashedCrossing": entry(
        "Hashes the combination of two or more features into buckets.",
        call={"inputs": "tensors"},
        output_mode=choice(["int", "one_hot"], "Form of the result."),
    ),
    "IntegerLookup": entry(
        "Maps integers to ids by a vocabulary.",
        mask_token=integer("Integer that means padding."),
        oov_token=integer("Integer shown for unknown values when inverting."),
        vocabulary=list_or_path(integer(), "The known integers, or a text file with one per line."),
        vocabulary_dtype=choice(["int32", "int64"], "Type of the vocabulary."),
        output_mode=_LOOKUP_MODES,
        oov_method=choice(["floormod", "farmhash"], "How unknown integers spread over their buckets."),
    ),
    "StringLookup": entry(
        "Maps strings to ids by a vocabulary.",
        mask_token=string("Text that means padding."),
        oov_token=string("Text shown for unknown words when inverting."),
        vocabulary=list_or_path(string(), "The known strings, or a text file with one per line."),
        output_mode=_LOOKUP_MODES,
    ),
    "TextVectorization": entry(
        "Turns raw text into ids or counts of words.",
        standardize=nullable(
            choice(["lower_and_strip_punctuation", "lower", "strip_punctuation"], "Cleaning; null does none.")
        ),
        split=nullable(choice(["whitespace", "character"], "Where the text is split; null keeps it whole.")),
        ngrams=integer("Also build groups of up to so many words.", minimum=1),
        output_mode=choice(["int", "multi_hot", "count", "tf_idf"], "Ids in order, or one vector per text."),
        output_sequence_length=integer("Cut or fill every text to this many ids.", minimum=1),
        vocabulary=list_or_path(string(), "The known words, or a text file with one per line."),
        ragged=boolean("Keep texts at their own lengths as a ragged tensor."),
    ),
    "Resizing": entry(
        "Scales images to a given size.",
        interpolation=choice(["nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"], "How new pixels are found."),
        crop_to_aspect_ratio=boolean("Cut instead of distorting."),
        pad_to_aspect_ratio=boolean("Add a border instead of distorting."),
        fill_mode=choice(["constant"], "How the added border is filled."),
        fill_value=number("Value of the added border."),
        antialias=boolean("Smooth before shrinking."),
    ),
    "CenterCrop": entry("Cuts out the middle of images, or scales up if they are too small."),
    "MelSpectrogram": entry(
        "Turns sound into a spectrogram on the mel scale.",
        sequence_stride=integer("Samples from one frame to the next.", minimum=1),
        sequence_length=integer(_FRAME + " Null equals `fft_length`.", minimum=1),
        sampling_rate=integer("Samples per second of the sound.", minimum=1),
        num_mel_bins=integer("Number of mel bands.", minimum=1),
        min_freq=number("Lowest frequency in hertz.", minimum=0),
        max_freq=number("Highest frequency in hertz; null is half the sampling rate.", above=0),
        power_to_db=boolean("Put out decibels."),
        top_db=number("Range below the loudest value that is kept, in decibels.", above=0),
        mag_exp=number("Exponent on the magnitude: 1 for energy, 2 for power.", above=0),
        min_power=number("Floor of the power before it becomes decibels.", above=0),
        ref_power=number("Power that counts as zero decibels.", above=0),
    ),
    "STFTSpectrogram": entry(
        "Turns sound into a spectrogram by convolving with sines and cosines.",
        mode=choice(["log", "magnitude", "psd", "real", "imag", "angle", "stft"], "Which view of the transform."),
        frame_length=integer(_FRAME, minimum=2),
        frame_step=integer("Samples from one frame to the next; null is half a frame.", minimum=1),
        fft_length=integer("Points per transform, a power of two; null fits the frame.", minimum=2),
        window=nullable(
            choice(
                ["hann", "hamming", "tukey", "bartlett", "blackman", "flattop", "parzen", "nuttall"],
                "Taper of the frames; null uses none.",
            )
        ),
        periodic=boolean("Use the periodic form of the taper."),
        scaling=nullable(choice(["density", "spectrum"], "Normalization by the taper; null uses none.")),
        padding=choice(["valid", "same"], "`same` adds zeros so that all samples count."),
        expand_dims=boolean("Add a channel axis, as convolutions over images want."),
    ),
}
