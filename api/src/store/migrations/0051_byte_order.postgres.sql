-- Lists are in byte order on both databases, whatever the locale of the cluster.
ALTER TABLE synonyms ALTER COLUMN id TYPE TEXT COLLATE "C";
