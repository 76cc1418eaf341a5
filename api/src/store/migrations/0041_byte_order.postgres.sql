-- Lists are in byte order on both databases, whatever the locale of the cluster.
ALTER TABLE searches ALTER COLUMN id TYPE TEXT COLLATE "C";
ALTER TABLE shortlists ALTER COLUMN id TYPE TEXT COLLATE "C";
