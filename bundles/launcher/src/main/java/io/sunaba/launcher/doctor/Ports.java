package io.sunaba.launcher.doctor;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/// The TCP ports that the configuration asks for.
final class Ports {
    private static final int PATIENCE_MILLIS = 5000;

    private final Etc etc;
    private final boolean runs;

    /// @param runs whether the platform runs
    Ports(Etc etc, boolean runs) {
        this.etc = etc;
        this.runs = runs;
    }

    List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        add(findings, "metrics", "io.sunaba.metrics", "127.0.0.1", "9190");
        add(findings, "ssh", "io.sunaba.ssh", "127.0.0.1", "8122");
        return findings;
    }

    private void add(
            List<Finding> findings, String subject, String pid, String address, String port) {
        if (!etc.value(pid, "enabled", "false").equals("true")) {
            return;
        }
        String file = "etc/" + pid + ".cfg";
        try {
            InetSocketAddress place =
                    new InetSocketAddress(
                            InetAddress.ofLiteral(etc.value(pid, "address", address)),
                            Integer.parseInt(etc.value(pid, "port", port)));
            findings.add(look(subject, place, file));
        } catch (IllegalArgumentException e) {
            findings.add(Finding.error(subject, file + ": " + e.getMessage(), "edit the file"));
        }
    }

    private Finding look(String subject, InetSocketAddress place, String file) {
        String name = place.getAddress().getHostAddress() + ":" + place.getPort();
        try {
            if (runs) {
                try (Socket socket = new Socket()) {
                    socket.connect(place, PATIENCE_MILLIS);
                }
                return Finding.ok(subject, name + " answers");
            }
            try (ServerSocket server = new ServerSocket()) {
                server.setReuseAddress(true);
                server.bind(place);
            }
            return Finding.ok(subject, name + " is free");
        } catch (IOException e) {
            return runs
                    ? Finding.error(
                            subject,
                            name + " does not answer: " + e.getMessage(),
                            "the log says why; set another port in " + file)
                    : Finding.error(
                            subject,
                            name + " cannot be had: " + e.getMessage(),
                            "set another port in " + file);
        }
    }
}
