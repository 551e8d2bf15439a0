package io.sunaba.factory.template;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What files take of the disk. A guest's memory is full of holes, which sizes do not tell and Java
/// has no word for.
final class DiskUsage {
    private static final Logger LOG = LoggerFactory.getLogger(DiskUsage.class);
    private static final Pattern ANSWER = Pattern.compile("(\\d{1,18})\\s.*", Pattern.DOTALL);

    private DiskUsage() {}

    /// Returns the bytes that a directory takes, or 0 if nobody can tell.
    static long of(Path directory) throws InterruptedException {
        try {
            Process du =
                    new ProcessBuilder("du", "-s", "--block-size=1", directory.toString())
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            try {
                du.getOutputStream().close();
                String answer = new String(du.getInputStream().readAllBytes(), UTF_8);
                Matcher matcher = ANSWER.matcher(answer);
                if (du.waitFor() == 0 && matcher.matches()) {
                    return Long.parseLong(matcher.group(1));
                }
                LOG.debug("du cannot tell what {} takes: {}", directory, answer);
            } finally {
                du.destroyForcibly();
            }
        } catch (IOException e) {
            LOG.debug("du cannot tell what {} takes", directory, e);
        }
        return 0;
    }
}
