"""EIK, the number in the commercial register; a natural person bears an EGN or an LNCh in its place."""

from stdnum.bg import egn, pnf


def normalize_eik(text: str) -> str:
    """Drop the spaces people type between the digits."""
    return "".join(text.split())


def is_valid_eik(text: str) -> bool:
    """Check length and check digits: 9 (firm), 13 (branch) or 10 digits (EGN or LNCh of a person)."""
    number = normalize_eik(text)
    if not (number.isascii() and number.isdigit()) or not number.strip("0"):
        return False
    check = {9: _is_firm, 13: _is_branch, 10: _is_person}.get(len(number))
    return check is not None and check(number)


def _is_firm(number: str) -> bool:
    return int(number[8]) == _check_digit(number[:8], range(1, 9), range(3, 11))


def _is_branch(number: str) -> bool:
    return _is_firm(number[:9]) and int(number[12]) == _check_digit(number[8:12], (2, 7, 3, 5), (4, 9, 5, 7))


def _is_person(number: str) -> bool:
    return egn.is_valid(number) or pnf.is_valid(number)


def _check_digit(
    digits: str, weights: range | tuple[int, ...], second_weights: range | tuple[int, ...]
) -> int:
    remainder = _weighted_sum(digits, weights) % 11
    if remainder == 10:
        remainder = _weighted_sum(digits, second_weights) % 11
    return remainder % 10


def _weighted_sum(digits: str, weights: range | tuple[int, ...]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True))
