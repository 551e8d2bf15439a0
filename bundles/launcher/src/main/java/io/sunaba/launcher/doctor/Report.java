package io.sunaba.launcher.doctor;

import io.sunaba.launcher.doctor.Finding.Verdict;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// Findings for people and for programs.
final class Report {
    private static final int FIRST_PRINTABLE = 0x20;

    private Report() {}

    static String text(List<Finding> findings) {
        StringBuilder text = new StringBuilder();
        for (Finding finding : findings) {
            text.append(
                    "%-8s %-14s %s\n"
                            .formatted(
                                    name(finding.verdict()), finding.subject(), finding.detail()));
            if (finding.remedy() != null) {
                text.append("%-8s %-14s -> %s\n".formatted("", "", finding.remedy()));
            }
        }
        return text.append(verdict(findings)).toString();
    }

    static String json(List<Finding> findings) {
        return findings.stream().map(Report::json).collect(Collectors.joining(",\n ", "[", "]"));
    }

    private static String json(Finding finding) {
        String remedy = finding.remedy();
        return "{\"verdict\": %s, \"subject\": %s, \"detail\": %s, \"remedy\": %s}"
                .formatted(
                        quoted(name(finding.verdict())),
                        quoted(finding.subject()),
                        quoted(finding.detail()),
                        remedy == null ? "null" : quoted(remedy));
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < FIRST_PRINTABLE) {
                quoted.append("\\u%04x".formatted((int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }

    private static String name(Verdict verdict) {
        return verdict.name().toLowerCase(Locale.ROOT);
    }

    private static String verdict(List<Finding> findings) {
        long errors = count(findings, Verdict.ERROR);
        long warnings = count(findings, Verdict.WARNING);
        if (errors + warnings == 0) {
            return "all is well";
        }
        return "%s, %s".formatted(plural(errors, "error"), plural(warnings, "warning"));
    }

    private static long count(List<Finding> findings, Verdict verdict) {
        return findings.stream().filter(finding -> finding.verdict() == verdict).count();
    }

    private static String plural(long number, String word) {
        return number + " " + word + (number == 1 ? "" : "s");
    }
}
