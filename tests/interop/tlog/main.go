// A client of transparency logs that knows nothing of Liuhen but the C2SP formats. Notes, trees and
// proofs are those of golang.org/x/mod/sumdb, which the Go checksum database runs on.
//
//	tlog check SOURCE VKEY            checks a whole log at an http:// address or in a directory
//	tlog service URL VKEY             the same, and every proof that a service of Liuhen hands out
//	tlog follow SOURCE VKEY OLD       that the log has only grown since the checkpoint in the file OLD
//	tlog make DIR SIZE                makes a log of SIZE short entries, with its proofs; prints its key
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const tileHeight = 8

func fail(format string, values ...interface{}) {
	fmt.Fprintf(os.Stderr, format+"\n", values...)
	os.Exit(1)
}

func must(err error, doing string, values ...interface{}) {
	if err != nil {
		fail("%s: %v", fmt.Sprintf(doing, values...), err)
	}
}

// The path of a tile as C2SP has it: the library's own, without the height.
func tilePath(t tlog.Tile) string {
	return "tile/" + strings.TrimPrefix(t.Path(), fmt.Sprintf("tile/%d/", tileHeight))
}

func bundlePath(t tlog.Tile) string {
	return "tile/entries/" + strings.TrimPrefix(tilePath(t), "tile/0/")
}

// Where files come from: an address or a directory.
type source string

func (s source) get(path string) ([]byte, error) {
	if !strings.HasPrefix(string(s), "http://") {
		return os.ReadFile(filepath.Join(string(s), filepath.FromSlash(path)))
	}
	answer, err := http.Get(string(s) + "/" + path) // asks for gzip, and undoes it
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("GET /%s: %s", path, answer.Status)
	}
	return io.ReadAll(answer.Body)
}

// What tlog asks of whoever brings it tiles. It authenticates them itself, against the root.
type tiles struct {
	from source
	have map[string][]byte
}

func (t *tiles) Height() int { return tileHeight }
func (t *tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range wanted {
		path := tilePath(tile)
		if t.have[path] == nil {
			data, err := t.from.get(path)
			if err != nil {
				return nil, err
			}
			t.have[path] = data
		}
		all = append(all, t.have[path])
	}
	return all, nil
}
func (t *tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func openCheckpoint(message []byte, vkey string) tlog.Tree {
	verifier, err := note.NewVerifier(vkey)
	must(err, "the key %s", vkey)
	opened, err := note.Open(message, note.VerifierList(verifier))
	must(err, "the checkpoint's signature")
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() || lines[3] != "" {
		fail("the checkpoint is not of three lines, or not of this log: %q", opened.Text)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err, "the checkpoint's size")
	root, err := tlog.ParseHash(lines[2])
	must(err, "the checkpoint's root")
	return tlog.Tree{N: size, Hash: root}
}

type log struct {
	from   source
	vkey   string
	tree   tlog.Tree
	hashes tlog.HashReader
}

func open(from source, vkey string) *log {
	message, err := from.get("checkpoint")
	must(err, "the checkpoint")
	l := &log{from: from, vkey: vkey, tree: openCheckpoint(message, vkey)}
	l.hashes = tlog.TileHashReader(l.tree, &tiles{from, map[string][]byte{}})
	return l
}

// Every entry, out of the bundles.
func (l *log) entries() [][]byte {
	var all [][]byte
	for int64(len(all)) < l.tree.N {
		tile := tlog.Tile{H: tileHeight, L: 0, N: int64(len(all)) >> tileHeight, W: 1 << tileHeight}
		if left := l.tree.N - int64(len(all)); left < int64(tile.W) {
			tile.W = int(left)
		}
		bundle, err := l.from.get(bundlePath(tile))
		must(err, "a bundle")
		for i := 0; i < tile.W; i++ {
			if len(bundle) < 2 {
				fail("%s ends early", bundlePath(tile))
			}
			size := int(binary.BigEndian.Uint16(bundle))
			if len(bundle) < 2+size {
				fail("%s ends early", bundlePath(tile))
			}
			all = append(all, bundle[2:2+size])
			bundle = bundle[2+size:]
		}
		if len(bundle) > 0 {
			fail("%s is too long", bundlePath(tile))
		}
	}
	return all
}

func (l *log) checkInclusion(entries [][]byte) {
	for i, entry := range entries {
		proof, err := tlog.ProveRecord(l.tree.N, int64(i), l.hashes)
		must(err, "proving entry %d", i)
		must(tlog.CheckRecord(proof, l.tree.N, l.tree.Hash, int64(i), tlog.RecordHash(entry)), "entry %d", i)
	}
}

func (l *log) checkGrowth(size int64, root tlog.Hash) {
	proof, err := tlog.ProveTree(l.tree.N, size, l.hashes)
	must(err, "proving the growth from %d", size)
	must(tlog.CheckTree(proof, l.tree.N, l.tree.Hash, size, root), "the growth from %d", size)
}

// From each size to the last, the roots being those that the entries give.
func (l *log) checkConsistency(entries [][]byte) {
	own := &stored{}
	for i, entry := range entries {
		own.append(entry)
		l.checkGrowth(int64(i+1), own.root())
	}
}

// The proof files of the service, read by the words of c2sp.org/tlog-proof.
func (l *log) checkProofFiles(entries [][]byte) {
	for i, entry := range entries {
		file, err := l.from.get("api/v1/proofs/" + strconv.Itoa(i))
		must(err, "the proof file of %d", i)
		parts := bytes.SplitN(file, []byte("\n\n"), 2)
		lines := strings.Split(string(parts[0]), "\n")
		if len(parts) != 2 || len(lines) < 3 || lines[0] != "c2sp.org/tlog-proof@v1" {
			fail("not a proof file: %q", file)
		}
		if lines[1] != "extra "+base64.StdEncoding.EncodeToString(entry) {
			fail("the extra data of proof %d is not the entry", i)
		}
		if lines[2] != "index "+strconv.Itoa(i) {
			fail("the index of proof %d is %q", i, lines[2])
		}
		var proof tlog.RecordProof
		for _, line := range lines[3:] {
			hash, err := tlog.ParseHash(line)
			must(err, "a hash of proof %d", i)
			proof = append(proof, hash)
		}
		tree := openCheckpoint(parts[1], l.vkey)
		must(tlog.CheckRecord(proof, tree.N, tree.Hash, int64(i), tlog.RecordHash(entry)), "proof file %d", i)
	}
}

func (l *log) checkConsistencyProofs(entries [][]byte) {
	own := &stored{}
	for i, entry := range entries {
		own.append(entry)
		text, err := l.from.get(fmt.Sprintf("api/v1/consistency?old=%d&new=%d", i+1, l.tree.N))
		must(err, "the consistency proof from %d", i+1)
		var answer struct {
			Proof []string
		}
		must(json.Unmarshal(text, &answer), "the consistency proof from %d", i+1)
		var proof tlog.TreeProof
		for _, line := range answer.Proof {
			hash, err := tlog.ParseHash(line)
			must(err, "a hash of it")
			proof = append(proof, hash)
		}
		must(tlog.CheckTree(proof, l.tree.N, l.tree.Hash, int64(i+1), own.root()), "the growth from %d", i+1)
	}
}

// A tree in memory, in the library's own order of hashes.
type stored struct {
	n      int64
	hashes []tlog.Hash
}

func (s *stored) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var out []tlog.Hash
	for _, index := range indexes {
		out = append(out, s.hashes[index])
	}
	return out, nil
}

func (s *stored) append(entry []byte) {
	added, err := tlog.StoredHashes(s.n, entry, s)
	must(err, "hashing")
	s.hashes = append(s.hashes, added...)
	s.n++
}

func (s *stored) root() tlog.Hash {
	root, err := tlog.TreeHash(s.n, s)
	must(err, "the root")
	return root
}

func write(path string, data []byte) {
	must(os.MkdirAll(filepath.Dir(path), 0o755), "making %s", filepath.Dir(path))
	must(os.WriteFile(path, data, 0o644), "writing %s", path)
}

// The name and the key of the examples in docs/formats.
func signer() (note.Signer, string) {
	const name = "liuhen.example/qingdao"
	seed := bytes.Repeat([]byte{1}, ed25519.SeedSize)
	public := ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey)
	key := append([]byte{1}, public...)
	id := sha256.Sum256(append([]byte(name+"\n"), key...))
	secret := append([]byte{1}, seed...)
	made, err := note.NewSigner(fmt.Sprintf("PRIVATE+KEY+%s+%x+%s", name, id[:4],
		base64.StdEncoding.EncodeToString(secret)))
	must(err, "the key")
	return made, fmt.Sprintf("%s+%x+%s", name, id[:4], base64.StdEncoding.EncodeToString(key))
}

func makeLog(dir string, size int64) {
	tree := &stored{}
	var entries [][]byte
	for i := int64(0); i < size; i++ {
		entries = append(entries, []byte(fmt.Sprintf("entry %d", i)))
		tree.append(entries[i])
	}
	key, vkey := signer()
	text := fmt.Sprintf("%s\n%d\n%s\n", key.Name(), size, tree.root())
	checkpoint, err := note.Sign(&note.Note{Text: text}, key)
	must(err, "signing")
	write(filepath.Join(dir, "checkpoint"), checkpoint)
	for _, tile := range tlog.NewTiles(tileHeight, 0, size) {
		data, err := tlog.ReadTileData(tile, tree)
		must(err, "a tile")
		write(filepath.Join(dir, tilePath(tile)), data)
		if tile.L > 0 {
			continue
		}
		var bundle []byte
		for i := 0; i < tile.W; i++ {
			entry := entries[tile.N<<tileHeight+int64(i)]
			bundle = append(binary.BigEndian.AppendUint16(bundle, uint16(len(entry))), entry...)
		}
		write(filepath.Join(dir, bundlePath(tile)), bundle)
	}
	for i, entry := range entries {
		proof, err := tlog.ProveRecord(size, int64(i), tree)
		must(err, "proving")
		file := "c2sp.org/tlog-proof@v1\nextra " + base64.StdEncoding.EncodeToString(entry) +
			fmt.Sprintf("\nindex %d\n", i)
		for _, hash := range proof {
			file += hash.String() + "\n"
		}
		write(filepath.Join(dir, fmt.Sprintf("%d.tlog-proof", i)), []byte(file+"\n"+string(checkpoint)))
		growth, err := tlog.ProveTree(size, int64(i+1), tree)
		must(err, "proving")
		lines := ""
		for _, hash := range growth {
			lines += hash.String() + "\n"
		}
		write(filepath.Join(dir, fmt.Sprintf("%d.growth", i+1)), []byte(lines))
	}
	fmt.Println(vkey)
}

func main() {
	if len(os.Args) < 4 {
		fail("tlog check SOURCE VKEY | service URL VKEY | follow SOURCE VKEY OLD | make DIR SIZE")
	}
	if os.Args[1] == "make" {
		size, err := strconv.ParseInt(os.Args[3], 10, 64)
		must(err, "the size")
		makeLog(os.Args[2], size)
		return
	}
	l := open(source(strings.TrimSuffix(os.Args[2], "/")), os.Args[3])
	if os.Args[1] == "follow" {
		old, err := os.ReadFile(os.Args[4])
		must(err, "the old checkpoint")
		tree := openCheckpoint(old, l.vkey)
		l.checkGrowth(tree.N, tree.Hash)
		fmt.Printf("grown from %d to %d entries\n", tree.N, l.tree.N)
		return
	}
	entries := l.entries()
	l.checkInclusion(entries)
	l.checkConsistency(entries)
	if os.Args[1] == "service" {
		l.checkProofFiles(entries)
		l.checkConsistencyProofs(entries)
	}
	fmt.Printf("checked %d entries\n", len(entries))
}
