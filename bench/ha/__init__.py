"""Three nodes of Patroni and etcd, three stations at work, and what they notice when the leader goes.

    python -m bench.ha [--seed N] [--only kill,freeze,cut,async] [--keep]

The leader is killed, frozen and cut off in turn under synchronous replication, then killed with a tail that no standby
has under asynchronous replication. What each blow cost is printed; the exit status is 1 when anything is amiss.
"""
