package nsm

import (
	"errors"
	"fmt"
	"time"
)

// Timestamp reads the time out of an attestation document: a COSE_Sign1 (RFC 9052) whose payload is a map with
// `timestamp`, milliseconds since 1970. Nothing is verified: this asks what the module's clock says, not who it is.
func Timestamp(document []byte) (time.Time, error) {
	payload, err := payload(document)
	if err != nil {
		return time.Time{}, err
	}
	d := decoder{payload}
	fields, err := d.expect(majorMap, "a map")
	for ; err == nil && fields > 0; fields-- {
		var key string
		if key, err = d.text(); err != nil {
			break
		}
		if key != "timestamp" {
			err = d.skip(0)
			continue
		}
		millis, err := d.expect(majorUint, "a number")
		if err == nil && millis > 1<<52 {
			err = fmt.Errorf("cbor: a timestamp of %d", millis)
		}
		return time.UnixMilli(int64(millis)), err
	}
	if err == nil {
		err = errors.New("cbor: no timestamp in the document")
	}
	return time.Time{}, err
}

// payload is the third of the four: protected header, unprotected header, payload, signature.
func payload(document []byte) ([]byte, error) {
	d := decoder{document}
	if n, err := d.expect(majorArray, "an array"); err != nil {
		return nil, err
	} else if n != 4 {
		return nil, fmt.Errorf("cbor: an array of %d, not of 4", n)
	}
	if _, err := d.bytes(); err != nil {
		return nil, err
	}
	if err := d.skip(0); err != nil {
		return nil, err
	}
	return d.bytes()
}
