package io.sunaba.guest.agent;

/// Writes metrics in the text format of Prometheus.
final class Exposition {
    private final StringBuilder text = new StringBuilder();
    private String family = "";

    /// Begins a family; the samples that follow are its.
    Exposition family(String name, String type, String help) {
        family = name;
        text.append("# HELP ").append(name).append(' ').append(help).append('\n');
        text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
        return this;
    }

    Exposition gauge(String name, String help) {
        return family(name, "gauge", help);
    }

    /// Adds a sample.
    ///
    /// @param labels name and value in turn
    void sample(String value, String... labels) {
        text.append(family);
        for (int i = 0; i < labels.length; i += 2) {
            text.append(i == 0 ? '{' : ',').append(labels[i]).append("=\"");
            appendEscaped(labels[i + 1]);
            text.append('"');
        }
        text.append(labels.length == 0 ? " " : "} ").append(value).append('\n');
    }

    void sample(long value, String... labels) {
        sample(Long.toString(value), labels);
    }

    private void appendEscaped(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '\\' -> text.append("\\\\");
                case '"' -> text.append("\\\"");
                case '\n' -> text.append("\\n");
                default -> text.append(c);
            }
        }
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
