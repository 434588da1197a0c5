import json
import os
import socket
import subprocess
import sys
import threading
import time

import pytest

from indexer.lease import Lease, LeaseError


def held(root, **changes):
    holder = {"token": "x", "pid": os.getppid(), "host": socket.gethostname(), "started": 0.0, "until": time.time() + 60}
    (root / "lease.json").write_text(json.dumps(holder | changes), "utf-8")


def test_given_back_at_the_end(tmp_path):
    with Lease(tmp_path):
        assert (tmp_path / "lease.json").exists()
    assert not (tmp_path / "lease.json").exists()
    with Lease(tmp_path):
        pass


def test_one_at_a_time(tmp_path):
    with Lease(tmp_path), pytest.raises(LeaseError, match=str(os.getpid())), Lease(tmp_path):
        pass


def test_of_a_dead_process_is_taken_over(tmp_path):
    child = subprocess.Popen([sys.executable, "-c", "pass"])
    child.wait()
    held(tmp_path, pid=child.pid)
    with Lease(tmp_path):
        pass


def test_of_a_number_that_another_process_got_is_taken_over(tmp_path):
    held(tmp_path, started=1.0)
    with Lease(tmp_path):
        pass


def test_of_another_host_is_kept_until_it_ends(tmp_path):
    held(tmp_path, host="elsewhere")
    with pytest.raises(LeaseError, match="elsewhere"), Lease(tmp_path):
        pass
    held(tmp_path, host="elsewhere", until=time.time() - 1)
    with Lease(tmp_path):
        pass


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}'])
def test_a_file_cut_off_belongs_to_nobody(tmp_path, text):
    (tmp_path / "lease.json").write_text(text, "utf-8")
    with Lease(tmp_path):
        pass


def test_who_was_replaced_notices_and_takes_nothing_away(tmp_path):
    with Lease(tmp_path, seconds=-1) as silent, Lease(tmp_path):
        with pytest.raises(LeaseError, match="taken over"):
            silent.renew()
        silent.__exit__(None, None, None)
        assert (tmp_path / "lease.json").exists()


def test_many_threads_take_over_a_stale_one_and_one_wins(tmp_path):
    held(tmp_path, until=0.0)
    won, barrier, done = [], threading.Barrier(8), threading.Event()

    def run():
        barrier.wait()
        try:
            with Lease(tmp_path):
                won.append(1)
                done.wait(5)
        except LeaseError:
            pass

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    assert sum(won) == 1
    done.set()
    for thread in threads:
        thread.join()
