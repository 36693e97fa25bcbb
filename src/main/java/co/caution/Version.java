package co.caution;

/** Of this program, the service and the command line alike. */
public final class Version {

    public static final String NUMBER = "0.2.0";

    private Version() {}
}
