"""Guards: what no look or document could mend is a fault before the first look."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from resolvers.sources.spec import Column, FetchSpec, ReadSpec


def fault(**fields: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        ReadSpec.model_validate({"format": "json", "key": "k", "columns": {"x": "text"}, **fields})
    return str(caught.value)


@pytest.mark.parametrize("zone", ["Mars/Base", "", "America", "../etc/passwd", "a" * 5000])
def test_a_zone_that_is_none_is_a_fault(zone: str) -> None:
    assert "is no time zone; write a name such as UTC" in fault(zone=zone)


@pytest.mark.parametrize("path", ["[::0]", "rows[1:2:0].cells", "[?x=='1'] | [::0]"])
def test_a_slice_in_steps_of_none_is_a_fault(path: str) -> None:
    assert "has a slice in steps of 0" in fault(rows=path)


@pytest.mark.parametrize("path", ["(" * 1500, "(" * 400, "!" * 300 + "a", "[" * 499, "a" * 501, "`\ud800"])
def test_a_path_nested_without_end_or_broken_is_a_fault(path: str) -> None:
    assert fault(columns={"x": {"from": path}})


@pytest.mark.parametrize(
    "url",
    ["file:///x", "http://[::", "http://", "ftp://a.org/x", "a.org/x", "http://a.org:99999/", "http://a .org/", "http:///x",
     "http://a.org/\n"],
)  # fmt: skip
def test_an_address_that_is_none_of_the_web_is_a_fault(url: str) -> None:
    with pytest.raises(ValidationError, match=r"is no address of the web; write it as https://example.org/data.json"):
        FetchSpec.model_validate({"url": url})


@pytest.mark.parametrize(
    "url", ["https://a.org", "http://127.0.0.1:9/s.csv?x=1&y=%20", "https://[2001:db8::1]:8443/x", "HTTPS://A.org/x"]
)
def test_an_address_of_the_web_is_none(url: str) -> None:
    assert FetchSpec.model_validate({"url": url}).url == url


def test_bounds_that_no_figure_could_meet_are_a_fault() -> None:
    with pytest.raises(ValidationError, match="between: 100 is more than 0"):
        Column.model_validate({"unit": "percent", "between": [100, 0]})
    assert Column.model_validate({"between": [5, 5]}).between == (5, 5)
