package io.sunaba.metrics.prometheus;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads the text format strictly: families in one piece, introduced, without repeated samples.
final class PrometheusText {
    private static final Pattern SAMPLE =
            Pattern.compile(
                    "([a-zA-Z_:][a-zA-Z0-9_:]*)(\\{(?:[a-z_]+=\"(?:[^\"\\\\]|\\\\[\\\\\"n])*\",?)*})?"
                            + " (NaN|[+-]Inf|-?[0-9.]+(?:E-?[0-9]+)?)");

    private PrometheusText() {}

    /// Returns the samples: name and labels, and value.
    static Map<String, Double> parse(String text) {
        assertThat(text).matches("(?s)|.*\n");
        Map<String, Double> samples = new TreeMap<>();
        Set<String> families = new LinkedHashSet<>();
        String family = "";
        for (String line : List.of(text.split("\n", -1))) {
            if (line.startsWith("# TYPE ")) {
                family = line.split(" ", -1)[2];
                assertThat(families.add(family)).as("once: " + line).isTrue();
            } else if (!line.startsWith("#") && !line.isEmpty()) {
                Matcher matcher = SAMPLE.matcher(line);
                assertThat(matcher.matches()).as(line).isTrue();
                assertThat(matcher.group(1)).isEqualTo(family);
                String labels = matcher.group(2) == null ? "" : matcher.group(2);
                assertThat(samples.put(family + labels, Double.valueOf(matcher.group(3))))
                        .as("once: " + line)
                        .isNull();
            }
        }
        return samples;
    }
}
