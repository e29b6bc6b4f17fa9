// SPDX-License-Identifier: EUPL-1.2

// A reader of transparency logs that shares no code with ours: it reads a folder that our log wrote, with the Go
// checksum database's own tile reader and notes, and checks our proofs with the Trillian project's verifier; also those
// in an unpacked bundle of evidence.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	tdlog "github.com/transparency-dev/formats/log"
	tdnote "github.com/transparency-dev/formats/note"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const width = 256

type inclusion struct {
	Index uint64   `json:"index"`
	Leaf  []byte   `json:"leaf"`
	Path  [][]byte `json:"path"`
}

type exhibits struct {
	Log         string      `json:"log"`
	Witnesses   []string    `json:"witnesses"`
	Inclusion   []inclusion `json:"inclusion"`
	Consistency [][]byte    `json:"consistency"`
}

// folder reads tiles where C2SP tlog-tiles puts them; the library's own paths begin with the tile's height.
type folder string

func (f folder) Height() int { return 8 }

func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range tiles {
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		data, err := os.ReadFile(filepath.Join(string(f), path))
		if err != nil {
			return nil, err
		}
		found = append(found, data)
	}
	return found, nil
}

func (f folder) SaveTiles([]tlog.Tile, [][]byte) {}

func must[T any](value T, err error) T {
	if err != nil {
		fmt.Println("FAULT\t" + err.Error())
		os.Exit(1)
	}
	return value
}

func hold(what string, holds bool) {
	if !holds {
		fmt.Println("FAULT\t" + what)
		os.Exit(1)
	}
	fmt.Println("HOLDS\t" + what)
}

func checkpoint(place, name string, ours exhibits) *tdlog.Checkpoint {
	data := must(os.ReadFile(filepath.Join(place, name)))
	key := must(note.NewVerifier(ours.Log))
	var witnesses []note.Verifier
	for _, one := range ours.Witnesses {
		witnesses = append(witnesses, must(tdnote.NewVerifierForCosignatureV1(one)))
	}
	read, _, opened, err := tdlog.ParseCheckpoint(data, key.Name(), key, witnesses...)
	must(read, err)
	hold(fmt.Sprintf("%s: the log's signature and %d cosignatures", name, len(ours.Witnesses)),
		len(opened.Sigs) == 1+len(ours.Witnesses) && len(opened.UnverifiedSigs) == 0)
	return read
}

func decoded(text string) []byte { return must(base64.StdEncoding.DecodeString(text)) }

func entries(place string, size uint64) [][]byte {
	var found [][]byte
	for begin := uint64(0); begin < size; begin += width {
		tile := tlog.Tile{H: 8, L: 0, N: int64(begin / width), W: int(min(width, size-begin))}
		path := strings.Replace(tile.Path(), "tile/8/0/", "tile/entries/", 1)
		data := must(os.ReadFile(filepath.Join(place, path)))
		for len(data) > 0 {
			length := int(binary.BigEndian.Uint16(data))
			found, data = append(found, data[2:2+length]), data[2+length:]
		}
	}
	return found
}

func main() {
	place := os.Args[1]
	if _, err := os.Stat(filepath.Join(place, "bundle.json")); err == nil {
		bundle(place)
		return
	}
	var ours exhibits
	must(0, json.Unmarshal(must(os.ReadFile(filepath.Join(place, "exhibits.json"))), &ours))
	old, now := checkpoint(place, "checkpoint.old", ours), checkpoint(place, "checkpoint", ours)

	tree := tlog.Tree{N: int64(now.Size), Hash: tlog.Hash(now.Hash)}
	reader := tlog.TileHashReader(tree, folder(place))
	leaves := entries(place, now.Size)
	hold(strconv.Itoa(len(leaves))+" entries, as many as the checkpoint says", uint64(len(leaves)) == now.Size)
	var indexes []int64
	for index := range leaves {
		indexes = append(indexes, tlog.StoredHashIndex(0, int64(index)))
	}
	hashes := must(reader.ReadHashes(indexes))
	same := true
	for index, leaf := range leaves {
		same = same && hashes[index] == tlog.RecordHash(leaf)
	}
	hold("every tile leads to the root, and every entry to its tile", same)
	proven := must(tlog.ProveTree(int64(now.Size), int64(old.Size), reader))
	hold("the older checkpoint is a beginning, by the tiles",
		tlog.CheckTree(proven, int64(now.Size), tree.Hash, int64(old.Size), tlog.Hash(old.Hash)) == nil)

	hold("the older checkpoint is a beginning, by our proof",
		proof.VerifyConsistency(rfc6962.DefaultHasher, old.Size, now.Size, ours.Consistency, old.Hash, now.Hash) == nil)
	for _, one := range ours.Inclusion {
		leaf := rfc6962.DefaultHasher.HashLeaf(one.Leaf)
		right := proof.VerifyInclusion(rfc6962.DefaultHasher, one.Index, now.Size, leaf, one.Path, now.Hash)
		leaf[0] ^= 1
		wrong := proof.VerifyInclusion(rfc6962.DefaultHasher, one.Index, now.Size, leaf, one.Path, now.Hash)
		hold(fmt.Sprintf("leaf %d is in it by our proof, and no other in its place", one.Index),
			right == nil && wrong != nil && bytes.Equal(one.Leaf, leaves[one.Index]))
	}
}
