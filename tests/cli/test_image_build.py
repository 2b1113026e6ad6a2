"""`pai image build` tells at once what cannot work."""

from pathlib import Path

from tests.cli.conftest import Pai


def test_a_name_without_a_recipe_is_told_with_those_there_are(pai: Pai) -> None:
    told = pai("image", "build", "pytorch")
    assert told.returncode == 2
    assert "There is no recipe for an image called pytorch." in told.stderr
    assert "pytorch-1.13.1-cpu" in told.stderr
    assert "没有名为 pytorch 的镜像构建配方。" in pai("image", "build", "pytorch", "--lang=zh").stderr


def test_without_an_engine_nothing_is_built_and_no_log_is_promised(pai: Pai, tmp_path: Path) -> None:
    told = pai("image", "build", "base", PAI_DOCKER_HOST=f"unix://{tmp_path}/none.sock", TMPDIR=str(tmp_path))
    assert told.returncode == 3
    assert "none.sock" in told.stderr
    assert [file.name for file in tmp_path.iterdir() if file.stat().st_size] == []
