from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router

from shared_apps.core import clock
from shared_apps.core.api import ListOf, list_response
from shared_apps.core.http import ActorRequest
from shared_apps.core.json import json_response
from shared_apps.core.permissions import Permission
from shared_apps.core.search import matching
from tenant_apps.catalog import operations, queries
from tenant_apps.catalog.schemas import (
    PRODUCT_FIELDS,
    PRODUCT_ORDERINGS,
    ProductFilters,
    ProductIn,
    ProductOut,
    ProductPatch,
    product_out,
    without_order,
)
from tenant_apps.workspace.queries import custom_column, narrowed

router = Router(tags=["products"])


@router.get("products/", response=ListOf[ProductOut], operation_id="list_products")
def list_products(request: ActorRequest, query: Query[ProductFilters]) -> HttpResponse:
    """Products, newest first; with `archived=true` also those in the archive."""
    request.actor.require(Permission.PRODUCTS_VIEW)
    rows = matching(queries.products(archived=None if query.archived else False), query.search)
    rows = narrowed(rows.filter(**query.lookups()), "product", query.filter, request.actor, clock.now())
    found = rows.values(*PRODUCT_FIELDS, "name_folded", **custom_column("product"))
    return list_response(found, query, orderings=PRODUCT_ORDERINGS, item=without_order, default="-id")


@router.post("products/", response={201: ProductOut}, operation_id="create_product")
def create_product(request: ActorRequest, data: ProductIn) -> HttpResponse:
    """Add a product."""
    product = operations.create_product(details=data.change(), by=request.actor, at=clock.now())
    return json_response(product_out(product), status=201)


@router.get("products/{uuid:product_id}/", response=ProductOut, operation_id="read_product")
def read_product(request: ActorRequest, product_id: UUID) -> HttpResponse:
    """One product, archived or not."""
    request.actor.require(Permission.PRODUCTS_VIEW)
    return json_response(product_out(queries.product(product_id)))


@router.patch("products/{uuid:product_id}/", response=ProductOut, operation_id="change_product")
def change_product(request: ActorRequest, product_id: UUID, data: ProductPatch) -> HttpResponse:
    """Change the fields that are named; `vat_rate` null means no VAT."""
    change = data.change()
    product = operations.change_product(
        product_id=product_id, change=change, by=request.actor, at=clock.now()
    )
    return json_response(product_out(product))


@router.post("products/{uuid:product_id}/archive/", response=ProductOut, operation_id="archive_product")
def archive_product(request: ActorRequest, product_id: UUID) -> HttpResponse:
    """Take a product out of the lists; 409 when it is in the archive already."""
    return json_response(
        product_out(operations.archive_product(product_id=product_id, by=request.actor, at=clock.now()))
    )


@router.post("products/{uuid:product_id}/unarchive/", response=ProductOut, operation_id="unarchive_product")
def unarchive_product(request: ActorRequest, product_id: UUID) -> HttpResponse:
    """Bring a product back into the lists; 409 when it is there."""
    return json_response(
        product_out(operations.unarchive_product(product_id=product_id, by=request.actor, at=clock.now()))
    )
