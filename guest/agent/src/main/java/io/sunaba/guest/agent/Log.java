package io.sunaba.guest.agent;

/// Lines on the console. Never what containers or users own.
final class Log {
    private Log() {}

    static void info(String text) {
        System.err.println("agent: " + text);
    }

    static void warn(String text, Throwable failure) {
        System.err.println("agent: warning: " + text + ": " + failure);
    }
}
