// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	tdlog "github.com/transparency-dev/formats/log"
	tdnote "github.com/transparency-dev/formats/note"
	tdproof "github.com/transparency-dev/formats/proof"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/note"
)

type index struct {
	Stated []struct {
		Salt string `json:"salt"`
	} `json:"stated"`
}

// bundle checks an unpacked bundle of evidence: each proof leads from the salted evidence to a checkpoint that the log
// signed and its witnesses cosigned, and the checkpoint that the parcel's header names begins that log.
func bundle(place string) {
	var told index
	must(0, json.Unmarshal(must(os.ReadFile(filepath.Join(place, "bundle.json"))), &told))
	var key note.Verifier
	var witnesses []note.Verifier
	for _, line := range strings.Split(string(must(os.ReadFile(filepath.Join(place, "log", "policy")))), "\n") {
		switch words := strings.Fields(line); {
		case len(words) > 1 && words[0] == "log":
			key = must(note.NewVerifier(words[1]))
		case len(words) > 2 && words[0] == "witness":
			witnesses = append(witnesses, must(tdnote.NewVerifierForCosignatureV1(words[2])))
		}
	}
	opened := func(name string, data []byte) *tdlog.Checkpoint {
		read, _, whole, err := tdlog.ParseCheckpoint(data, key.Name(), key, witnesses...)
		must(read, err)
		hold(fmt.Sprintf("%s: the log's signature and %d of %d cosignatures", name, len(whole.Sigs)-1, len(witnesses)),
			len(whole.Sigs) > 2 && len(whole.UnverifiedSigs) == 0)
		return read
	}
	var last *tdlog.Checkpoint
	for place1, one := range told.Stated {
		number := fmt.Sprintf("%03d", place1+1)
		written, err := os.ReadFile(filepath.Join(place, "log", number+".tlog-proof"))
		if os.IsNotExist(err) {
			fmt.Printf("HOLDS\tevidence %s is not in the log yet\n", number)
			continue
		}
		var found tdproof.TLogProof
		must(0, found.Unmarshal(must(written, err)))
		last = opened("evidence "+number, found.Checkpoint)
		evidence := must(os.ReadFile(filepath.Join(place, "evidence", number+".xml")))
		commitment := sha256.Sum256(append(must(hex.DecodeString(one.Salt)), evidence...))
		var path [][]byte
		for _, hash := range found.Hashes {
			path = append(path, hash[:])
		}
		leaf := rfc6962.DefaultHasher.HashLeaf(commitment[:])
		right := proof.VerifyInclusion(rfc6962.DefaultHasher, found.Index, last.Size, leaf, path, last.Hash)
		hold(fmt.Sprintf("evidence %s is leaf %d of %d", number, found.Index, last.Size), right == nil)
	}
	before := opened("what the header names", must(os.ReadFile(filepath.Join(place, "log", "before"))))
	if last == nil {
		return
	}
	var path [][]byte
	for _, line := range strings.Fields(string(must(os.ReadFile(filepath.Join(place, "log", "consistency"))))) {
		path = append(path, decoded(line))
	}
	hold(fmt.Sprintf("the first %d leaves begin the %d", before.Size, last.Size),
		proof.VerifyConsistency(rfc6962.DefaultHasher, before.Size, last.Size, path, before.Hash, last.Hash) == nil)
}
