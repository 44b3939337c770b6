@pytest.mark.parametrize("content", [b"my diary\n", b"my diary", b"{}", b"[]\n", b"[" * 100_000 + b"\n", b"\x00\xff"])
def test_a_file_that_is_no_sandboxs_is_refused_and_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "mine"
    path.write_bytes(content)
    with pytest.raises(StateFileError, match="no sandbox's state"):
        Sandbox(path)
    assert path.read_bytes() == content
