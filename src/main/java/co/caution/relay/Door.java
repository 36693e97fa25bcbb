package co.caution.relay;

import co.caution.hosting.Enclave;

/** One public port of one app. */
interface Door {

    /** New connections go to this enclave from now on. */
    void leadTo(Enclave enclave);

    void close();
}
