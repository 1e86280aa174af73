"""The tags that pages are built with, rendered by the product's own template engine, in both languages."""

from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import timezone
from django.utils.translation import override

from shared_apps.core import clock, formats, statuses
from shared_apps.core.actors import Actor, ActorKind
from shared_apps.core.keyset import KeysetPage
from shared_apps.core.permissions import Permission

NBSP = "\u00a0"


def render(source: str, *, language: str = "en", path: str = "/companies/", **context: Any) -> str:
    request = RequestFactory().get(path)
    with override(language):
        return Template("{% load ui %}" + source).render(Context({"request": request, **context}))


class CompanyForm(forms.Form):
    name = forms.CharField(label="name", help_text="As registered.")
    vat = forms.CharField(label="VAT number", required=False)
    due_on = forms.DateField(label="Due", required=False, widget=forms.DateInput)
    kind = forms.ChoiceField(label="Kind", choices=[("a", "A"), ("b", "B")])
    language = forms.ChoiceField(label="Language", choices=[("bg", "БГ")], widget=forms.RadioSelect)
    agree = forms.BooleanField(label="Send me a copy", required=False)


# Values -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "amount", "currency", "text"),
    [
        ("bg", "1234.56", "EUR", f"1{NBSP}234,56{NBSP}€"),
        ("en", "1234.56", "EUR", "€1,234.56"),
        ("bg", "-0.5", "EUR", f"-0,50{NBSP}€"),
        ("en", "1234567.8", "EUR", "€1,234,567.80"),
        ("bg", "10", "BGN", f"10,00{NBSP}лв."),
    ],
)
def test_money_is_written_as_the_reader_writes_it(
    language: str, amount: str, currency: str, text: str
) -> None:
    written = render(
        "{% money amount currency %}", language=language, amount=Decimal(amount), currency=currency
    )

    assert written == f'<span class="money">{text}</span>'


def test_no_money_is_a_dash() -> None:
    assert render("{% money None 'EUR' %}") == "—"


@pytest.mark.parametrize(
    ("source", "language", "text"),
    [
        ("{{ value|number }}", "bg", f"12{NBSP}345,5"),
        ("{{ value|number }}", "en", "12,345.5"),
        ("{{ value|number:2 }}", "en", "12,345.50"),
        ("{{ value|number:0 }}", "en", "12,346"),
        ("{{ missing|number }}", "en", "—"),
    ],
)
def test_numbers_are_written_without_needless_zeros_or_with_as_many_places_as_asked(
    source: str, language: str, text: str
) -> None:
    assert render(source, language=language, value=Decimal("12345.5000"), missing=None) == text


@pytest.mark.parametrize(
    ("language", "short", "long"),
    [("bg", "02.11.2026", "понеделник, 2 ноември 2026"), ("en", "2 Nov 2026", "Monday, 2 November 2026")],
)
def test_a_day_is_short_and_tells_its_weekday_on_hover(language: str, short: str, long: str) -> None:
    written = render("{% day value %}", language=language, value=date(2026, 11, 2))

    assert written == f'<time class="day" datetime="2026-11-02" title="{long}">{short}</time>'


@pytest.mark.parametrize(("language", "text"), [("bg", "преди 3 часа"), ("en", "3 hours ago")])
def test_an_instant_is_relative_and_full_on_hover(language: str, text: str) -> None:
    instant = clock.now() - timedelta(hours=3)

    written = render("{% when value %}", language=language, value=instant)

    with override(language):
        assert f'title="{formats.format_instant(instant)}">{text}</time>' in written


def test_an_instant_of_another_week_is_its_date() -> None:
    now = clock.now()

    with override("bg"):
        assert formats.format_relative(now - timedelta(days=30), now) == formats.format_day(
            timezone.localtime(now - timedelta(days=30)).date()
        )


def test_a_missing_day_and_a_missing_instant_are_dashes() -> None:
    assert render("{% day None %}{% when None %}") == "——"


@pytest.mark.parametrize("status", statuses.LOOKS)
def test_every_status_has_a_colour_and_a_word(status: str) -> None:
    written = render("{% status_badge status %}", status=status)

    assert 'class="status-badge is-' in written
    assert written.endswith("</span>")


def test_an_unknown_status_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        render("{% status_badge 'unheard-of' %}")


def test_what_is_annulled_is_struck_through() -> None:
    assert "is-struck" in render("{% status_badge 'annulled' %}")


def test_a_badge_escapes_the_word_it_is_given() -> None:
    assert "&lt;b&gt;" in render("{% status_badge 'paid' label=typed %}", typed="<b>")


def test_an_icon_is_hidden_from_readers_unless_it_has_a_name() -> None:
    assert 'aria-hidden="true"' in render('{% icon "plus" %}')
    assert 'role="img" aria-label="Close"' in render('{% icon "x" label="Close" %}')


def test_what_differs_by_the_id_alone_is_drawn_once_for_all() -> None:
    drawn = []

    class Row:
        def __init__(self, id: str, pinned: bool) -> None:
            self.id, self.pinned = id, pinned

        def word(self) -> str:
            drawn.append(self.id)
            return "<pinned>" if self.pinned else "loose"

    one = "{% alike row.id row.pinned %}[{{ row.id }} {{ row.word }} {{ row.id }}]{% endalike %}"
    source = f"{{% for row in rows %}}{one}{{% endfor %}}"
    rows = [Row("a1", False), Row("b2", False), Row("c3", True), Row("d4", True)]
    expected = "[a1 loose a1][b2 loose b2][c3 &lt;pinned&gt; c3][d4 &lt;pinned&gt; d4]"
    assert render(source, rows=rows) == expected
    assert drawn == ["a1", "c3"]


def test_what_is_drawn_once_says_the_words_of_each() -> None:
    one = '{% alike row.id title=row.title %}<i title="{{ title }}">{{ row.id }}</i>{% endalike %}'
    rows = [{"id": 7, "title": "<b>7 & 8"}, {"id": 8, "title": "7"}]
    found = render(f"{{% for row in rows %}}{one}{{% endfor %}}", rows=rows)
    assert found == '<i title="&lt;b&gt;7 &amp; 8">7</i><i title="7">8</i>'


def test_an_icon_that_was_never_vendored_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="no icon"):
        render('{% icon "no-such-icon" %}')


@pytest.mark.parametrize(
    ("name", "letters"), [("Мария Георгиева", "МГ"), ("ana maria lopez", "AL"), ("Тефтер", "Т"), ("", "")]
)
def test_initials_stand_for_a_name(name: str, letters: str) -> None:
    assert render("{{ name|initials }}", name=name) == letters


def test_a_permission_shows_a_thing_to_those_who_hold_it() -> None:
    source = '{% if actor|may:"companies.edit" %}yes{% else %}no{% endif %}'
    editor = Actor(ActorKind.MEMBER, "Ana", permissions=frozenset({Permission.COMPANIES_EDIT}))

    assert render(source, actor=editor) == "yes"
    assert render(source, actor=Actor(ActorKind.MEMBER, "Ivo")) == "no"
    assert render(source, actor=None) == "no"


# Forms ------------------------------------------------------------------------------------------------------


def test_a_field_has_its_label_above_its_help_below_and_is_tied_to_both() -> None:
    written = render("{% field form.name %}", form=CompanyForm())

    assert '<label class="form-label" for="id_name">Name</label>' in written
    assert 'aria-describedby="id_name_helptext"' in written
    assert '<div class="field-help" id="id_name_helptext">As registered.</div>' in written


def test_a_field_that_is_wrong_says_so_to_eyes_and_to_readers() -> None:
    written = render("{% field form.name %}", form=CompanyForm({"kind": "a", "vat": "x"}))

    assert "form-control is-invalid" in written
    assert 'aria-invalid="true"' in written
    assert 'aria-describedby="id_name_helptext id_name_error"' in written
    assert 'id="id_name_error"><span>' in written


def test_only_what_may_stay_empty_is_marked() -> None:
    assert "field-optional" in render("{% field form.vat %}", form=CompanyForm())
    assert "field-optional" not in render("{% field form.name %}", form=CompanyForm())


@pytest.mark.parametrize("language", ["bg", "en"])
def test_a_date_is_written_with_dots_in_every_language(language: str) -> None:
    form = CompanyForm(initial={"due_on": date(2026, 12, 5)})

    written = render("{% field form.due_on %}", language=language, form=form)

    assert 'value="05.12.2026"' in written
    assert "data-date" in written


def test_each_kind_of_control_has_its_class() -> None:
    form = CompanyForm()

    assert "form-select" in render("{% field form.kind %}", form=form)
    assert render("{% field form.agree %}", form=form).count("form-check-input") == 1
    assert render("{% field form.language %}", form=form).count("form-check-input") == 1


def test_a_unit_stands_inside_the_control() -> None:
    assert '<span class="input-group-text">%</span>' in render(
        "{% field form.vat suffix='%' %}", form=CompanyForm()
    )


def test_the_summary_leads_to_the_fields_that_are_wrong() -> None:
    form = CompanyForm({"kind": "a"})
    form.add_error(None, "Somebody else changed it.")

    written = render("{% form_errors form summary=True %}", form=form)

    assert "Somebody else changed it." in written
    assert '<a href="#id_name">Name</a>' in written


def test_a_form_without_mistakes_has_no_summary() -> None:
    assert render("{% form_errors form summary=True %}", form=CompanyForm()).strip() == ""


# Lists ------------------------------------------------------------------------------------------------------


def test_a_query_keeps_what_it_is_not_told_to_change() -> None:
    written = render(
        "{% query_string cursor=None status='paid' %}", path="/invoices/?search=Ан&cursor=x&status=draft"
    )

    assert written == "?search=%D0%90%D0%BD&amp;status=paid"


def test_the_chosen_filter_is_named_and_can_be_taken_away() -> None:
    choices = [("sofia", "Sofia"), ("varna", "Varna")]

    written = render(
        '{% filter_menu "city" "City" choices %}', choices=choices, path="/companies/?city=varna&search=a"
    )

    assert "<strong>Varna</strong>" in written
    assert 'class="filter-clear" href="?search=a"' in written
    assert written.count('aria-current="true"') == 1


def test_the_view_of_the_address_is_the_current_one() -> None:
    views = [("", "All"), ("draft", "Drafts")]

    assert 'href="?" aria-current="page"' in render('{% view_tabs "status" views %}', views=views)
    assert 'href="?status=draft" aria-current="page"' in render(
        '{% view_tabs "status" views %}', views=views, path="/invoices/?status=draft"
    )


def test_a_search_keeps_the_filters_of_the_list() -> None:
    written = render("{% search_box %}", path="/companies/?city=varna&search=ана&cursor=x")

    assert 'name="city" value="varna"' in written
    assert 'value="ана"' in written
    assert "cursor" not in written


def test_a_pager_leads_both_ways_and_is_silent_on_a_single_page() -> None:
    assert 'rel="next" href="?cursor=n"' in render("{% pager page %}", page=KeysetPage([1], "n", None))
    assert 'rel="prev" href="?cursor=p"' in render("{% pager page %}", page=KeysetPage([1], None, "p"))
    assert render("{% pager page %}", page=KeysetPage([], None, None)).strip() == ""


def test_an_empty_list_offers_the_one_action_that_fills_it() -> None:
    written = render(
        '{% empty_state icon="plus" title="No companies" action_url="/new/" action_label="Add" %}'
    )

    assert "<h2>No companies</h2>" in written
    assert 'href="/new/"' in written


def test_the_navigation_marks_the_page_and_those_below_it() -> None:
    source = '{% nav_link "company_list" "building" "Companies" %}'

    assert 'aria-current="page"' in render(source, path="/companies/new/")
    assert 'aria-current="page"' not in render(source, path="/contacts/")


def test_a_page_that_this_host_does_not_have_is_left_out_of_the_navigation() -> None:
    assert render('{% nav_link "no_such_page" "building" "Nothing" %}').strip() == ""


def test_progress_counts_and_never_divides_by_nothing() -> None:
    assert 'data-width="30"' in render('{% progress done=12 total=40 label="Importing" %}')
    assert 'data-width="0"' in render('{% progress done=0 total=0 label="Importing" %}')


# Shell ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "page",
    ["400.html", "403.html", "404.html", "500.html", "tenants/suspended.html", "tenants/unknown_host.html"],
)
def test_an_error_page_stands_without_a_request(page: str) -> None:
    written = Template(f'{{% include "{page}" %}}').render(Context())

    assert written.count("<h1>") == 1


@pytest.mark.parametrize("markup", [" style=", " onclick=", "<style", "hx-on"])
def test_the_shell_needs_nothing_that_the_content_security_policy_forbids(markup: str) -> None:
    member = SimpleNamespace(name="Ana", email="ana@example.com")
    request = RequestFactory().get("/companies/")
    request.actor, request.member = None, member  # type: ignore[attr-defined]
    request.organization = SimpleNamespace(name="Alpha")  # type: ignore[attr-defined]

    written = Template('{% extends "base.html" %}').render(Context({"request": request, "csrf_token": "x"}))

    assert markup not in written
