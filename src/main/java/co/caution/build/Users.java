package co.caution.build;

import co.caution.project.Manifest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The image's USER as numbers, by the image's own /etc/passwd and /etc/group. */
final class Users {

    private static final int MAX_FILE = 1 << 20;

    private record Account(String name, long uid, long gid) {}

    private Users() {}

    static Manifest.User resolve(String user, RootFs fs) throws BuildException {
        int colon = user.indexOf(':');
        String name = colon < 0 ? user : user.substring(0, colon);
        String group = colon < 0 ? "" : user.substring(colon + 1);
        if (name.isEmpty()) {
            name = "0";
        }
        Account account = account(name, fs);
        if (!group.isEmpty()) {
            return new Manifest.User(account.uid(), group(group, fs), List.of());
        }
        return new Manifest.User(account.uid(), account.gid(), groupsOf(account, fs));
    }

    private static Account account(String name, RootFs fs) throws BuildException {
        Account byNumber = null;
        for (String[] fields : lines("/etc/passwd", 4, fs)) {
            Long uid = number(fields[2]);
            Long gid = number(fields[3]);
            if (uid == null || gid == null) {
                continue;
            }
            if (fields[0].equals(name)) {
                return new Account(name, uid, gid);
            }
            if (byNumber == null && uid.equals(number(name))) {
                byNumber = new Account(fields[0], uid, gid);
            }
        }
        Long uid = number(name);
        if (uid == null) {
            throw new BuildException(
                    Phase.FLATTEN,
                    "the image's USER `" + Text.printable(name) + "` is not in its /etc/passwd; write a number, or add"
                            + " the user");
        }
        return byNumber != null ? byNumber : new Account("", uid, 0);
    }

    private static long group(String name, RootFs fs) throws BuildException {
        for (String[] fields : lines("/etc/group", 3, fs)) {
            Long gid = number(fields[2]);
            if (fields[0].equals(name) && gid != null) {
                return gid;
            }
        }
        Long gid = number(name);
        if (gid == null) {
            throw new BuildException(
                    Phase.FLATTEN,
                    "the group `" + Text.printable(name) + "` of the image's USER is not in its /etc/group; write a"
                            + " number, or add the group");
        }
        return gid;
    }

    private static List<Long> groupsOf(Account account, RootFs fs) throws BuildException {
        var groups = new TreeSet<Long>();
        for (String[] fields : lines("/etc/group", 4, fs)) {
            Long gid = number(fields[2]);
            boolean member = !account.name().isEmpty() && List.of(fields[3].split(",")).contains(account.name());
            if (member && gid != null && gid != account.gid()) {
                groups.add(gid);
            }
        }
        return List.copyOf(groups);
    }

    private static @Nullable Long number(String text) {
        return text.matches("[0-9]{1,10}") && Long.parseLong(text) <= 0xffff_fffeL ? Long.valueOf(text) : null;
    }

    private static List<String[]> lines(String path, int fields, RootFs fs) throws BuildException {
        var lines = new ArrayList<String[]>();
        if (fs.find(path) instanceof RootFs.File file) {
            if (file.content().size() > MAX_FILE) {
                throw new BuildException(Phase.FLATTEN, "the image's " + path + " is larger than 1 MiB");
            }
            try (InputStream in = file.content().open()) {
                for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
                    String[] split = line.split(":", -1);
                    if (split.length >= fields && !line.startsWith("#")) {
                        lines.add(split);
                    }
                }
            } catch (IOException e) {
                throw new BuildException(Phase.FLATTEN, "the image's " + path + " cannot be read", e);
            }
        }
        return lines;
    }
}
