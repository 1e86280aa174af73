from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from shared_apps.core import clock, slots
from shared_apps.core.errors import DomainError
from shared_apps.core.http import ActorRequest, act, add_refusal, done, form_page, page, partial
from shared_apps.core.json import json_response
from shared_apps.core.permissions import Permission
from shared_apps.core.search import matching
from tenant_apps.activity.queries import timeline_of
from tenant_apps.catalog import operations, queries
from tenant_apps.catalog.forms import STANDARD_VAT_RATE, ProductForm
from tenant_apps.catalog.models import Product
from tenant_apps.workspace.queries import listed, profile

OPTIONS = 20


@page(Permission.PRODUCTS_VIEW)
def product_list(request: ActorRequest) -> HttpResponse:
    shown = listed("product", request.GET, request.actor, clock.now())
    return partial(request, "catalog/product_list.html", "list", {"list": shown})


@page(Permission.PRODUCTS_VIEW)
def product_detail(request: ActorRequest, product_id: UUID) -> HttpResponse:
    product = queries.product(product_id)
    related = slots.fill("product.related", product=product, actor=request.actor)
    may_change = request.actor.may(Permission.PRODUCTS_EDIT)
    parts = slots.fill(
        "record.fields", record_type="product", record=product, actor=request.actor, may_change=may_change
    )
    timeline = timeline_of(product_id, by=request.actor)
    context = {"product": product, "timeline": timeline, "related": related, "parts": parts}
    context["may_change"] = may_change
    return partial(request, "catalog/product_detail.html", "panel", context)


@page(Permission.PRODUCTS_EDIT)
def product_create(request: ActorRequest) -> HttpResponse:
    usual = {"currency": profile().default_currency, "vat_rate": STANDARD_VAT_RATE}
    form = ProductForm(initial=usual | {"name": request.GET.get("name", "")})
    return form_page(request, "catalog/product_create.html", form)


@product_create.act
def create_product(request: ActorRequest) -> HttpResponse:
    form = ProductForm(request.POST)
    try:
        if form.is_valid():
            product = operations.create_product(details=form.change(), by=request.actor, at=clock.now())
            return done(
                request, to=product, message=_("The product was added."), event="catalog.product_created"
            )
    except DomainError as refusal:
        add_refusal(form, refusal)
    return form_page(request, "catalog/product_create.html", form)


@page(Permission.PRODUCTS_EDIT)
def product_edit(request: ActorRequest, product_id: UUID) -> HttpResponse:
    product = queries.product(product_id)
    return form_page(request, "catalog/product_edit.html", ProductForm.of(product), {"product": product})


@product_edit.act
def change_product(request: ActorRequest, product_id: UUID) -> HttpResponse:
    product = queries.product(product_id)
    form = ProductForm(request.POST)
    try:
        if form.is_valid():
            operations.change_product(
                product_id=product_id, change=form.change(), by=request.actor, at=clock.now()
            )
            return done(
                request, to=product, message=_("The product was saved."), event="catalog.product_changed"
            )
    except DomainError as refusal:
        add_refusal(form, refusal)
    return form_page(request, "catalog/product_edit.html", form, {"product": product})


@act(Permission.PRODUCTS_EDIT)
def archive_product(request: ActorRequest, product_id: UUID) -> HttpResponse:
    product = operations.archive_product(product_id=product_id, by=request.actor, at=clock.now())
    return done(
        request,
        to=product,
        message=_("%(name)s was archived.") % {"name": product},
        event="catalog.product_archived",
        undo=reverse("unarchive_product", args=[product_id]),
    )


@act(Permission.PRODUCTS_EDIT)
def unarchive_product(request: ActorRequest, product_id: UUID) -> HttpResponse:
    product = operations.unarchive_product(product_id=product_id, by=request.actor, at=clock.now())
    message = _("%(name)s is back in the list.") % {"name": product}
    return done(request, to=product, message=message, event="catalog.product_unarchived")


@page(Permission.PRODUCTS_VIEW)
def product_options(request: ActorRequest) -> HttpResponse:
    """Products for the line editor: each with its unit, price, currency and VAT rate."""
    found = matching(queries.products(), request.GET.get("q", "")).order_by("name_folded", "id")
    return json_response({"items": [_option(product) for product in found[:OPTIONS]]})


def _option(product: Product) -> dict[str, object]:
    return {
        "value": product.pk,
        "text": product.name,
        "hint": product.code,
        "unit": product.unit,
        "unit_price": product.unit_price,
        "currency": product.currency,
        "vat_rate": product.vat_rate,
    }
