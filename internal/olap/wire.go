//go:build cgo && linux

package olap

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
)

// Portal and worker speak in frames: one byte of kind, four bytes of length
// (big endian), and that many bytes. The portal writes to the worker's standard
// input, the worker to file descriptor 3.
const (
	frameSpec      = 'S' // to the worker, once: spec
	frameRequest   = 'Q' // to the worker: queryRequest or taskRequest
	frameInterrupt = 'I' // to the worker: stop what you are doing

	frameHello    = 'H' // from the worker, once: ready
	frameHeard    = 'A' // the request has arrived
	frameOutput   = 'O' // bytes of the answer
	frameProgress = 'P' // JSON a task says
	frameReply    = 'R' // reply; ends the request
)

const (
	headerSize  = 5
	maxOutput   = 1 << 20  // bytes of one output frame
	maxProgress = 1 << 20  // bytes of what a task says at once
	maxReply    = 64 << 20 // bytes of a reply
)

// workerEnv tells a process that it is a worker; its value is the kind.
const workerEnv = "GONGDAO_WORKER"

// The kinds of worker.
const (
	kindQuery  = "query"  // one read-only directory, many queries
	kindExport = "export" // one query whose answer is a file
	kindTask   = "task"   // one named task
)

// spec is what a worker is told before it gives up its rights.
type spec struct {
	Kind    string   `json:"kind"`
	Read    []string `json:"read"`
	Write   []string `json:"write,omitempty"`
	Memory  int64    `json:"memory"` // DuckDB's limit, bytes
	Space   int64    `json:"space"`  // address space beyond what the program has at start, bytes
	Threads int      `json:"threads"`
	MaxFile int64    `json:"max_file"`
	Files   uint64   `json:"files"` // open files
}

type queryRequest struct {
	SQL         string            `json:"sql"`
	Args        []value           `json:"args,omitempty"`
	Tables      map[string]string `json:"tables,omitempty"`
	Format      Format            `json:"format"`
	Columns     []Column          `json:"columns,omitempty"`
	Timezone    string            `json:"timezone,omitempty"`
	MaxRows     int               `json:"max_rows,omitempty"`
	CSV         CSVOptions        `json:"csv"`
	Out         string            `json:"out,omitempty"` // Parquet: the file to make
	Compression string            `json:"compression,omitempty"`
}

type taskRequest struct {
	Task string          `json:"task"`
	In   json.RawMessage `json:"in"`
}

// reply ends a request. Exactly one of the first three is meant: a fault, an
// unnamed error, or an answer.
type reply struct {
	Fault   *wireFault      `json:"fault,omitempty"`
	Error   string          `json:"error,omitempty"`
	Memory  bool            `json:"memory,omitempty"` // it was memory that was missing
	Stopped bool            `json:"stopped,omitempty"`
	Retire  bool            `json:"retire,omitempty"` // use this worker no more
	Rows    int64           `json:"rows,omitempty"`
	More    bool            `json:"more,omitempty"`
	Columns []Column        `json:"columns,omitempty"`
	Out     json.RawMessage `json:"out,omitempty"`
}

func writeFrame(w io.Writer, kind byte, body []byte) error {
	frame := make([]byte, headerSize, headerSize+len(body))
	putHeader(frame, kind, len(body))
	_, err := w.Write(append(frame, body...))
	return err
}

func putHeader(frame []byte, kind byte, size int) {
	frame[0] = kind
	binary.BigEndian.PutUint32(frame[1:headerSize], uint32(size))
}

func writeJSON(w io.Writer, kind byte, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return writeFrame(w, kind, body)
}

func readHeader(r *bufio.Reader) (kind byte, size int, err error) {
	var head [headerSize]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, 0, err
	}
	return head[0], int(binary.BigEndian.Uint32(head[1:])), nil
}

// readBody reads size bytes, never making room for more than have come.
func readBody(r *bufio.Reader, size, limit int) ([]byte, error) {
	if size > limit {
		return nil, fmt.Errorf("olap: a frame of %d bytes is over %d", size, limit)
	}
	if size <= 64<<10 {
		body := make([]byte, size)
		_, err := io.ReadFull(r, body)
		return body, err
	}
	body, err := io.ReadAll(io.LimitReader(r, int64(size)))
	if err == nil && len(body) < size {
		err = io.ErrUnexpectedEOF
	}
	return body, err
}

// copyBody hands size bytes to w in the pieces in which they came.
func copyBody(w io.Writer, r *bufio.Reader, size int) error {
	for size > 0 {
		if _, err := r.Peek(1); err != nil {
			return err
		}
		piece, err := r.Peek(min(size, r.Buffered()))
		if err != nil {
			return err
		}
		if _, err := w.Write(piece); err != nil {
			return writeError{err}
		}
		if _, err := r.Discard(len(piece)); err != nil {
			return err
		}
		size -= len(piece)
	}
	return nil
}

// writeError is an error of the one who wanted the answer, not of the worker.
type writeError struct{ error }

func (e writeError) Unwrap() error { return e.error }
