package co.caution.build;

import co.caution.project.Manifest;
import co.caution.project.Procfile;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/**
 * How the application starts: what the image's configuration says, under what the Procfile says.
 *
 * @param argv the first is an absolute path of the image
 */
record ImageConfig(
        List<String> argv, List<String> env, String workdir, Manifest.User user, List<Integer> ports) {

    private static final String DEFAULT_PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    static ImageConfig of(JsonNode config, Procfile procfile, RootFs fs) throws BuildException {
        List<String> env = env(texts(config.path("Env")), procfile.env());
        String workdir = workdir(config.path("WorkingDir").asString(""), fs);
        var argv = new ArrayList<String>(procfile.run());
        if (argv.isEmpty()) {
            argv.addAll(texts(config.path("Entrypoint")));
            argv.addAll(texts(config.path("Cmd")));
        }
        if (argv.isEmpty() || argv.getFirst().isEmpty()) {
            throw new BuildException(
                    Phase.FLATTEN,
                    "nothing says what to run: the image has neither ENTRYPOINT nor CMD; add `run: /path/of/program` to"
                            + " the Procfile");
        }
        argv.set(0, Program.absolute(argv.getFirst(), env, workdir, fs));
        Manifest.User user = Users.resolve(config.path("User").asString(""), fs);
        return new ImageConfig(argv, env, workdir, user, ports(config.path("ExposedPorts").propertyNames(), procfile));
    }

    private static List<String> env(List<String> image, List<String> procfile) throws BuildException {
        Map<String, String> env = new LinkedHashMap<>();
        for (List<String> source : List.of(image, procfile)) {
            for (String entry : source) {
                int equals = entry.indexOf('=');
                if (equals < 1 || entry.indexOf('\0') >= 0) {
                    throw new BuildException(
                            Phase.FLATTEN, "the image's ENV `" + Text.printable(entry) + "` is not NAME=value");
                }
                env.put(entry.substring(0, equals), entry);
            }
        }
        env.putIfAbsent("PATH", DEFAULT_PATH);
        return List.copyOf(env.values());
    }

    private static String workdir(String given, RootFs fs) throws BuildException {
        String path = "/" + String.join("/", RootFs.parts(given));
        if (!(fs.find(path) instanceof RootFs.Directory)) {
            throw new BuildException(
                    Phase.FLATTEN, "the image's WORKDIR " + path + " is not a directory of the image; make it there");
        }
        return path;
    }

    private static List<Integer> ports(Iterable<String> exposed, Procfile procfile) throws BuildException {
        if (!procfile.ports().isEmpty()) {
            return procfile.ports();
        }
        Set<Integer> ports = new TreeSet<>();
        for (String port : exposed) {
            if (port.matches("[0-9]{1,5}(/tcp)?")) {
                ports.add(Integer.parseInt(port.replace("/tcp", "")));
            }
        }
        if (ports.size() > 1) {
            throw new BuildException(
                    Phase.FLATTEN,
                    "the image exposes the ports " + ports.toString().replaceAll("[\\[\\]]", "")
                            + " and nothing says which is HTTP; add `ports:` to the Procfile, the HTTP port first");
        }
        for (int port : ports) {
            if (port < 1 || port > 65_535) {
                throw new BuildException(Phase.FLATTEN, "the image's EXPOSE " + port + " is not a port");
            }
            if (port >= 49_500 && port <= 49_600) {
                throw new BuildException(
                        Phase.FLATTEN, "Ports 49500-49600 are reserved; choose a different application port.");
            }
        }
        return List.copyOf(ports);
    }

    private static List<String> texts(JsonNode array) throws BuildException {
        var texts = new ArrayList<String>();
        for (JsonNode item : array) {
            if (!item.isString() || item.stringValue().indexOf('\0') >= 0) {
                throw new BuildException(Phase.FLATTEN, "the image's configuration holds what is not text");
            }
            texts.add(item.stringValue());
        }
        return texts;
    }
}
