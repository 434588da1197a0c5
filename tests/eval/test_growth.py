"""Sizes, forecasts, ratios and the report of growth on tiny collections; no time is asserted."""

import json
from datetime import date

import pytest

from corpus.catalogue import Catalogue
from corpus.model import Document, Passage
from eval.bench import grown as worker
from eval.bench import growth, swap
from eval.bench.growth import Grown
from eval.bench.sizes import forecast, sample, synthetic
from eval.report.growth import write_growth

ASKED = ["夜间施工噪声怎么处罚", "排污许可证有效期几年", "危险废物怎么贮存"]


def passages(documents=6, each=4):
    return [
        Passage(
            f"d{d}#{a}", f"d{d}", f"第{d}号条例", f"第{a}条", f"夜间施工噪声{d}；排污许可证{a}。危险废物贮存。", ordinal=a
        )
        for d in range(documents)
        for a in range(each)
    ]


def test_a_smaller_sample_begins_a_larger_one():
    rows = passages()
    assert sample(rows, 5) == sample(rows, 12)[:5]
    assert sorted(p.id for p in sample(rows, 24)) == sorted(p.id for p in rows)
    assert len({p.document_id for p in sample(rows, 8)}) == 2


def test_synthetic_passages_are_made_of_the_sentences_there_are():
    rows = passages()
    made = list(synthetic(rows, 3000))
    assert made[: len(rows)] == rows
    assert len({p.id for p in made}) == 3000
    assert {p.document_id for p in made} <= {p.document_id for p in rows}
    sentences = {s for p in rows for s in p.text.replace("；", "；\n").replace("。", "。\n").split()}
    assert all(s in sentences for p in made[24:40] for s in p.text.replace("；", "；\n").replace("。", "。\n").split())
    assert len(list(synthetic(rows, 7))) == 7


def test_a_forecast_lies_on_the_line_of_the_largest_sizes():
    assert forecast([(1, 99.0), (10, 20.0), (20, 30.0)], 50) == 60.0
    assert forecast([(10, 20.0), (20, 10.0)], 50) == 10.0  # noise, not a gain


def grown():
    rows = {"ours": {}, "bm25s": {}}
    for size in (100, 1000):
        rows["ours"][size] = {
            "build, s": size / 100,
            "peak memory, MiB": 100 + size,
            "query p50, ms": 4.0,
            "disk, MiB": 1.0,
        }
        rows["bm25s"][size] = {"build, s": size / 200, "peak memory, MiB": 90.0, "query p50, ms": 1.0}
    return Grown(1000, 3.0, "2 cores", rows, {"failed": 0.0}, [], ["1,000,000: would take about 9 minutes"])


@pytest.mark.parametrize(
    ("size", "free", "said"),
    [(1000, 1, ""), (2000, 1e6, ""), (2000, 2200, "GiB"), (100_000, 1e6, "minutes")],
)
def test_a_collection_too_large_for_this_machine_is_refused(size, free, said):
    assert (said in growth.refused(grown(), size, free)) if said else not growth.refused(grown(), size, free)


def test_ratios_are_ours_over_the_other_where_both_were_measured():
    assert grown().ratio("bm25s", 1000, "build, s") == 2.0
    assert grown().ratio("stock", 1000, "build, s") is None
    assert growth.table(grown(), "query p50, ms")[0] == ["100", "4", "1", "", "", "4", "", ""]


def test_the_report_has_plots_tables_and_what_was_left_out():
    page = write_growth(grown())
    assert page.count("<svg") == 3  # nothing was measured with four threads
    assert "would take about 9 minutes" in page
    assert "disk, MiB" in page


@pytest.fixture
def data(tmp_path):
    catalogue = Catalogue.open(f"sqlite:///{tmp_path / 'env-doctor.db'}")
    for at in range(6):
        document = Document(f"d{at}", f"第{at}号条例", effective_date=date(2020, 1, 1))
        catalogue.add(document, [p for p in passages() if p.document_id == document.id], actor="test")
    return tmp_path


@pytest.mark.filterwarnings("ignore")  # langchain-community warns that it is being sunset; a benchmark runs it apart
@pytest.mark.parametrize("system", ["bm25s", "FAISS", "stock"])
def test_each_system_is_measured_by_the_same_figures(data, system):
    figures = worker.main(system, data, 12, ASKED)
    assert set(figures) == {
        "build, s", "query p50, ms", "query p95, ms", "queries a second, 4 threads", "peak memory, MiB"
    }  # fmt: skip
    assert all(value > 0 for value in figures.values())


def test_ours_is_built_grown_and_served(data):
    built = worker.main("ours", data, 12, ASKED)
    assert {"build, s", "one document more, s", "disk, MiB"} < set(built)
    assert {"open, s", "query p50, ms"} < set(worker.main("serving", data, 12, ASKED))
    assert worker.main("ours", data, 60, ASKED)["disk, MiB"] > built["disk, MiB"]  # synthetic beyond what there is


def test_a_swap_under_load_counts_failures_and_pauses():
    serving = ["a"]

    def search(question):
        if serving[0] == "b" and question == ASKED[0]:
            raise RuntimeError("gone")

    def to_the_next():
        serving[0] = chr(ord(serving[0]) + 1)

    with swap.Load(search, ASKED) as quiet:
        pass
    assert not quiet.failures
    figures, failures = swap.under_load(search, lambda: serving[0], to_the_next, ASKED, 2, quiet=0.01)
    assert figures["swaps"] == 2
    assert 0 < figures["most CPU of a question, ms"] < 50, "of a search that does nothing"
    assert figures["failed"] == len(failures)
    assert all(line == "RuntimeError: gone" for line in failures)


def test_a_swap_that_no_reader_sees_is_no_measurement():
    with pytest.raises(RuntimeError, match="saw 0"):
        swap.under_load(lambda question: None, lambda: "a", lambda: None, ASKED, 1, quiet=0.01)


def test_readers_go_on_while_an_index_is_swapped(data):
    figures, failures = swap.measure(data, 20, ASKED, swaps=1)
    assert failures == []
    assert figures["failed"] == 0
    assert json.dumps(figures)
