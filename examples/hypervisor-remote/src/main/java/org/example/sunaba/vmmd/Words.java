package org.example.sunaba.vmmd;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// A line of the protocol: words with a space between them, encoded as in an address.
public final class Words {
    private Words() {}

    public static String line(List<String> words) {
        return words.stream()
                .map(word -> URLEncoder.encode(word, UTF_8))
                .collect(Collectors.joining(" "));
    }

    public static List<String> of(String line) {
        List<String> words = new ArrayList<>();
        for (String word : line.split(" ", -1)) {
            words.add(URLDecoder.decode(word, UTF_8));
        }
        return words;
    }
}
