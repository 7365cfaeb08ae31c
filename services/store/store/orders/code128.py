"""Code 128, the bars that every hand scanner reads: code set B only, which has all printable ASCII."""

# Widths of bars and spaces in turn, by value; ISO/IEC 15417, table 1.
PATTERNS = """
212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231 113222 123122
123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 322112 322211 212123 212321 232121 111323
131123 131321 112313 132113 132311 211313 231113 231311 112133 112331 132131 113123 113321 133121 313121 211331 231131
213113 213311 213131 311123 311321 331121 312113 312311 332111 314111 221411 431111 111224 111422 121124 121421 141122
141221 112214 112412 122114 122411 142112 142211 241211 221114 413111 241112 134111 111242 121142 121241 114212 124112
124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 114113 114311 411113 411311 113141 114131 311141
411131 211412 211214 211232 2331112
""".split()
START_B, STOP, MODULO = 104, 106, 103
QUIET = 10  # modules left empty on either side


def values_of(text: str) -> list[int]:
    """The symbol's values from start to stop, the check value before the stop.

    :raises ValueError: for what is not printable ASCII.
    """
    if not text or not all(" " <= letter <= "~" for letter in text):
        raise ValueError(f"Code 128 B cannot say {text!r}.")
    data = [ord(letter) - ord(" ") for letter in text]
    check = (START_B + sum(place * value for place, value in enumerate(data, start=1))) % MODULO
    return [START_B, *data, check, STOP]


def bars_of(text: str) -> tuple[list[tuple[int, int]], int]:
    """The bars as (left, width) in modules, and the width of the whole with its quiet zones."""
    bars, left = [], QUIET
    for value in values_of(text):
        for place, width in enumerate(map(int, PATTERNS[value])):
            if place % 2 == 0:
                bars.append((left, width))
            left += width
    return bars, left + QUIET
