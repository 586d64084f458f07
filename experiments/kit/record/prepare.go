package record

import "io/fs"

// prepare removes the manifest and the temporary files of a killed process, and
// opens the journal. Before it changes anything it refuses a folder that holds a
// symbolic link, and one whose manifest lists files outside.
func (s *Store) prepare() error {
	temporary, err := s.inspect()
	if err != nil {
		return err
	}
	for _, name := range append([]string{manifestName}, temporary...) {
		if err := s.dir.remove(name); err != nil {
			return err
		}
	}
	schemas := make([]Schema, len(s.tables))
	for i, t := range s.tables {
		schemas[i] = t.Schema
	}
	if s.journal, err = openJournal(s.dir, s.manifest.Code, schemas); err != nil {
		return err
	}
	if err = s.keepRecipe(); err != nil {
		s.journal.f.Close()
	}
	return err
}

// inspect finds the files of an earlier experiment, and returns the temporary files of a
// killed process.
func (s *Store) inspect() (temporary []string, err error) {
	err = fs.WalkDir(s.dir.root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return explain("read", s.dir.full(name), err)
		case !d.IsDir() && !d.Type().IsRegular():
			return explain("use", s.dir.full(name), s.dir.plain(name))
		case !d.IsDir() && isTemporary(d.Name()):
			temporary = append(temporary, name)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	old, err := ReadManifest(s.dir.path)
	if err != nil {
		return temporary, nil // A damaged manifest lists nothing that can be trusted.
	}
	for _, f := range old.Files {
		if err := s.dir.plain(f.Name); err != nil {
			return nil, errorf("record: %s lists %q: %w; move the folder away or choose another with --out",
				s.dir.full(manifestName), f.Name, cause(err))
		}
		if f.Name != journalName && f.Name != recipeName {
			s.stale = append(s.stale, f.Name)
		}
	}
	return temporary, nil
}

// keepRecipe writes the recipe of this invocation, or removes the recipe of an
// earlier invocation when this one has none.
func (s *Store) keepRecipe() error {
	if s.manifest.Recipe == nil {
		return s.dir.remove(recipeName)
	}
	return s.dir.replace(recipeName, s.manifest.Recipe)
}
