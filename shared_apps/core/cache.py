"""A Redis cache that may be away: a broken cache makes pages slower, never wrong and never a 500."""

from collections.abc import Callable
from typing import Any

import redis
import structlog
from django.core.cache.backends.redis import RedisCache

log = structlog.get_logger(__name__)


def _tolerant(name: str, answer: Any) -> Callable[..., Any]:
    def call(self: "TolerantRedisCache", *args: Any, **kwargs: Any) -> Any:
        try:
            return getattr(RedisCache, name)(self, *args, **kwargs)
        except (redis.ConnectionError, redis.TimeoutError) as error:
            log.warning("cache_unavailable", act=name, error=type(error).__name__)
            return answer(args, kwargs) if callable(answer) else answer

    return call


def _default(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    return args[1] if len(args) > 1 else kwargs.get("default")


class TolerantRedisCache(RedisCache):
    """Django's Redis cache; while the server is unreachable it holds nothing and says so in the log."""

    get = _tolerant("get", _default)
    get_many = _tolerant("get_many", lambda args, kwargs: {})
    set = _tolerant("set", None)
    set_many = _tolerant("set_many", [])
    add = _tolerant("add", True)
    touch = _tolerant("touch", False)
    delete = _tolerant("delete", False)
    delete_many = _tolerant("delete_many", None)
    has_key = _tolerant("has_key", False)
    incr = _tolerant("incr", 1)
