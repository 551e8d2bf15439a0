package io.sunaba.itests.inguest;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HexFormat;

/// Prints what a Java program takes for random, and then, for each line that it reads, what time it
/// takes it to be.
public final class Teller {
    private Teller() {}

    public static void main(String[] arguments) throws IOException {
        byte[] random = new byte[32];
        new SecureRandom().nextBytes(random);
        System.out.println(HexFormat.of().formatHex(random));
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        while (lines.readLine() != null) {
            System.out.println(Instant.now());
        }
    }
}
