package co.caution.enclaveos;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A kernel configuration: option to value, where an option that is off has the value {@code n}. */
record KernelConfig(Map<String, String> options) {

    private static final Pattern SET = Pattern.compile("(CONFIG_\\w+)=(.*)");
    private static final Pattern UNSET = Pattern.compile("# (CONFIG_\\w+) is not set");

    static KernelConfig parse(String text) {
        Map<String, String> options = new LinkedHashMap<>();
        text.lines().map(String::strip).forEach(line -> {
            Matcher set = SET.matcher(line);
            Matcher unset = UNSET.matcher(line);
            if (set.matches()) {
                options.put(set.group(1), set.group(2));
            } else if (unset.matches()) {
                options.put(unset.group(1), "n");
            }
        });
        return new KernelConfig(options);
    }

    /**
     * What was asked for here and came out otherwise there: kconfig drops options that it does not know, or whose
     * conditions are not met, without a word. An option that is to be off must be named there as well: a name that no
     * kernel has, misspelt or gone since, would turn nothing off.
     */
    List<String> lostIn(KernelConfig result) {
        List<String> lost = new ArrayList<>();
        options.forEach((option, asked) -> {
            String got = result.options.get(option);
            if (got == null) {
                lost.add(option + "=" + asked + " is not offered");
            } else if (!got.equals(asked)) {
                lost.add(option + "=" + asked + " became " + got);
            }
        });
        return lost;
    }
}
