"""Traces: the columns, their defaults, and what is told of mistakes."""

import gzip
from pathlib import Path

import pytest

from openpai.errors import PaiError
from openpai.simulator.trace import Trace, parse_trace
from openpai.simulator.trace_file import read_trace


def parse(text: str, cells_of_node: int = 8) -> Trace:
    return parse_trace(text.splitlines(keepends=True), "jobs.csv", cells_of_node)


def mistakes(text: str) -> list[tuple[str, dict[str, str | int | float]]]:
    with pytest.raises(PaiError) as raised:
        parse(text)
    return [(each.code, dict(each.params)) for each in raised.value.problems]


def test_a_job_has_all_columns_in_any_order() -> None:
    (job,) = parse(
        "name,user,priority,virtual_cluster,tasks,gpus,sku,duration,submit_time\n"
        "train,ann,prod,vision,3,4,V100,90.5,2026-03-01T08:00:00+08:00\n"
    ).jobs
    assert (job.name, job.user, job.priority, job.virtual_cluster) == ("train", "ann", 100, "vision")
    assert (job.tasks, job.cells, job.sku, job.duration) == ((4, 4, 4), 12, "V100", 90.5)
    assert job.submitted == 1772323200.0


def test_what_is_missing_or_empty_has_a_default() -> None:
    first, second = parse("submit_time,duration,gpus\n0,60,1\n\n5,0,2\n").jobs
    assert (first.virtual_cluster, first.priority, first.tasks) == ("default", 10, (1,))
    assert (first.user, first.sku, first.name, second.name) == ("", None, "2", "4")
    (empty,) = parse("submit_time,duration,gpus,tasks,vc,priority,sku\n0,60,1,,,,\n").jobs
    assert (empty.virtual_cluster, empty.priority, empty.tasks, empty.sku) == ("default", 10, (1,), None)


def test_the_philly_trace_is_read_as_it_is() -> None:
    trace = parse(
        "timestamp,duration,num_gpus,gpu_time,cluster\n"
        "2017-10-09 07:01:55,66.0,1,66.0,11cb48\n"
        "2017-10-09 06:13:03,2951.0,12,35412.0,6214e9\n"
        "2017-10-09 06:13:03,10.0,32,320.0,6214e9\n"
    )
    assert [job.tasks for job in trace.jobs] == [(8, 4), (8, 8, 8, 8), (1,)]
    assert [job.virtual_cluster for job in trace.jobs] == ["6214e9", "6214e9", "11cb48"]
    assert trace.jobs[2].submitted - trace.jobs[0].submitted == 2932.0
    assert trace.unread == ()


def test_a_total_is_divided_by_the_size_of_the_nodes() -> None:
    (job,) = parse("submit_time,duration,num_gpus\n0,1,10\n", cells_of_node=4).jobs
    assert job.tasks == (4, 4, 2)


def test_jobs_come_in_the_order_of_their_submission() -> None:
    trace = parse("submit_time,duration,gpus,name\n9,1,1,late\n3,1,1,early\n3,1,1,second\n")
    assert [job.name for job in trace.jobs] == ["early", "second", "late"]


def test_a_column_that_is_not_known_is_told() -> None:
    assert parse("submit_time,duration,gpus,virtual_clutser\n0,1,1,a\n").unread == ("virtual_clutser",)


@pytest.mark.parametrize(
    ("row", "field", "cause"),
    [
        ("yesterday,1,1,test", "submit_time", "trace.moment"),
        ("0,-1,1,test", "duration", "trace.seconds"),
        ("0,nan,1,test", "duration", "trace.seconds"),
        ("0,inf,1,test", "duration", "trace.seconds"),
        ("0,1,0,test", "gpus", "trace.count"),
        ("0,1,1.5,test", "gpus", "trace.count"),
        ("0,1,,test", "gpus", "trace.count"),
        ("0,1,1,urgent", "priority", "trace.priority"),
        ("0,1,1,1001", "priority", "trace.priority"),
    ],
)
def test_a_value_that_will_not_do_is_told_with_its_place(row: str, field: str, cause: str) -> None:
    ((code, params),) = mistakes(f"submit_time,duration,gpus,priority\n0,1,1,test\n{row}\n")
    assert code == "TraceValue"
    assert (params["file"], params["line"], params["field"], params["cause"]) == ("jobs.csv", 3, field, cause)


def test_every_line_with_a_mistake_is_told_and_from_the_eleventh_on_counted() -> None:
    found = mistakes("submit_time,duration,gpus\n" + "0,1\n" * 15)
    assert [code for code, _ in found] == ["TraceRow"] * 10 + ["TraceMoreMistakes"]
    assert [params["line"] for _, params in found[:10]] == list(range(2, 12))
    assert found[10][1]["count"] == 5


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "TraceColumnMissing"),
        ("submit_time,gpus\n0,1\n", "TraceColumnMissing"),
        ("submit_time,duration,gpus\n", "TraceEmpty"),
        ('submit_time,duration,gpus\n0,1,"1\n', "TraceSyntax"),
        ('submit_time,duration,gpus\n0,1,"1"2\n', "TraceSyntax"),
    ],
)
def test_a_file_that_is_no_trace_is_told(text: str, code: str) -> None:
    assert [found for found, _ in mistakes(text)] == [code]


def test_a_packed_file_is_read(tmp_path: Path) -> None:
    packed = tmp_path / "jobs.csv.gz"
    packed.write_bytes(gzip.compress(b"\xef\xbb\xbfsubmit_time,duration,gpus\r\n0,1,1\r\n"))
    assert len(read_trace(packed, 8).jobs) == 1


@pytest.mark.parametrize(
    "content",
    [b"no gzip", gzip.compress(b"a,b")[:-4], gzip.compress(b"\xff\xfe")],
    ids=["no gzip", "cut off", "no text"],
)
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, content: bytes) -> None:
    packed = tmp_path / "jobs.csv.gz"
    packed.write_bytes(content)
    with pytest.raises(PaiError) as raised:
        read_trace(packed, 8)
    assert raised.value.first.code == "FileUnreadable"
    with pytest.raises(PaiError):
        read_trace(tmp_path / "not there", 8)
