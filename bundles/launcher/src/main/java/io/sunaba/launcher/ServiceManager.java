package io.sunaba.launcher;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;

/// The service manager that started this process, if one did that wants to know when it is ready
/// (source: sd_notify(3)).
final class ServiceManager {
    private ServiceManager() {}

    /// Says that the platform is ready. Java has no sockets of the kind that this takes.
    static void tellReady(long pid) throws InterruptedException {
        if (System.getenv("NOTIFY_SOCKET") == null) {
            return;
        }
        try {
            new ProcessBuilder("systemd-notify", "--ready", "--pid=" + pid)
                    .redirectInput(Path.of("/dev/null").toFile())
                    .redirectOutput(Redirect.DISCARD)
                    .redirectError(Redirect.INHERIT)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            System.err.println("the service manager cannot be told: " + e.getMessage());
        }
    }
}
