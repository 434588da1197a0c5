"""The index on a Milvus server, for installations of more than one machine (see docs/cluster.md).

An index is built on disk as always; `publish` copies its vectors and terms into a collection and lets an alias name it;
`reader` hands out `MilvusIndex`, which ranks as `LocalIndex` does and asks the collection for what the legs say.
"""
