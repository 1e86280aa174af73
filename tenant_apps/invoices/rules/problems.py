"""What a rule can say against a document."""

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

from tenant_apps.invoices.rules.facts import DocumentFacts


class Severity(StrEnum):
    """An error stops the issuing, a warning does not, an info is only worth knowing."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Problem:
    """One objection: its code, and the field where it is put right, as a path: `items.2.vat_code` of the
    document, `organization.eik` of the seller, `client.address` of the buyer, `series`. `severity` where it
    differs from the rule's own; `params` are plain values for its words.
    """

    code: str
    field: str = ""
    severity: Severity | None = None
    params: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule says about a document; a rule that it breaks in several places says so several times."""

    rule: str
    severity: Severity
    passed: bool
    problem: str = ""
    field: str = ""
    params: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def blocks(self) -> bool:
        """Whether the document may not be issued so."""
        return not self.passed and self.severity is Severity.ERROR


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule by its code. It is told of the documents that it `applies` to."""

    code: str
    severity: Severity
    problems: Callable[[DocumentFacts], Iterator[Problem]]
    applies: Callable[[DocumentFacts], bool] = lambda document: True

    def findings(self, document: DocumentFacts) -> list[Finding]:
        """What the rule has found: its problems, or once that there is none."""
        found = [
            Finding(self.code, one.severity or self.severity, False, one.code, one.field, one.params)
            for one in self.problems(document)
        ]
        return found or [Finding(self.code, self.severity, True)]


Problems: TypeAlias = Iterator[Problem]
