-- The sender's own phone as the platform vouched for it last, once it is settled whose it is, '' none: an event that shows
-- the same number again says nothing new.
ALTER TABLE contacts ADD COLUMN phone TEXT NOT NULL DEFAULT '';
