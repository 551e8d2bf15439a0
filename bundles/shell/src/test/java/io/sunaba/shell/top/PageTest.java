package io.sunaba.shell.top;

import static org.assertj.core.api.Assertions.assertThat;

import io.sunaba.sandbox.TerminalSize;
import java.time.Duration;
import java.time.LocalTime;
import java.util.List;
import org.junit.jupiter.api.Test;

class PageTest {
    private static final List<Usage> USAGES =
            List.of(
                    new Usage("web", null, "running", 12.34, 300L << 20, 4L),
                    new Usage("web", "a-container-with-a-long-name", "running", 1.0, 3L << 20, 4L),
                    new Usage("idle", null, "stopped", null, null, null));

    @Test
    void columnsFitTheWidth() {
        assertThat(lines(60, 10))
                .containsExactly(
                        "sunaba top  01:02:03  2 sandboxes, 1 container  every 2 s  …",
                        "",
                        "SANDBOX / CONTAINER        STATE       CPU %    MEMORY PROCS",
                        "web                        running      12.3   300 MiB     4",
                        "  a-container-with-a-long… running       1.0     3 MiB     4",
                        "idle                       stopped         -         -     -");
        // No number is lost on a narrow one.
        assertThat(lines(44, 10).get(3)).isEqualTo("web        running      12.3   300 MiB     4");
        for (int columns = 1; columns < 200; columns++) {
            int width = columns;
            assertThat(lines(columns, 10)).allMatch(line -> line.length() <= width);
        }
    }

    @Test
    void rowsFitTheHeight() {
        assertThat(lines(80, 5)).hasSize(5).last().isEqualTo("... and 2 more");
        assertThat(lines(80, 6)).hasSize(6).last().asString().startsWith("idle");
        for (int rows = 1; rows < 10; rows++) {
            assertThat(lines(80, rows).size()).isLessThanOrEqualTo(rows);
        }
    }

    private static List<String> lines(int columns, int rows) {
        String page =
                Page.draw(
                        USAGES,
                        new TerminalSize(columns, rows),
                        LocalTime.of(1, 2, 3, 4),
                        Duration.ofSeconds(2));
        assertThat(page).startsWith("\033[H").endsWith("\033[J");
        return List.of(page.replaceAll("\033\\[[0-9]*[A-Za-z]", "").split("\r\n", -1));
    }
}
