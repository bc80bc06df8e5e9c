package onlabel.interop;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.DefaultProfileValidationSupport;
import ca.uhn.fhir.parser.IParser;
import ca.uhn.fhir.parser.LenientErrorHandler;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.hl7.fhir.common.hapi.validation.support.PrePopulatedValidationSupport;
import org.hl7.fhir.instance.model.api.IBaseResource;

/**
 * FHIR's own definitions, kept as one gzip file of NDJSON without what validation never reads.
 *
 * <p>HAPI's jars hold them as large XML files that take minutes to read; the kept file takes seconds.
 */
final class Definitions {

    static final Set<String> TYPES = Set.of("StructureDefinition", "ValueSet", "CodeSystem");

    private static final List<String> UNUSED = List.of("text", "mapping", "contact", "purpose", "copyright");
    private static final List<String> UNUSED_IN_ELEMENTS =
            List.of("mapping", "comment", "requirements", "definition", "alias", "example");

    private Definitions() {}

    /** The definitions of {@code fhir}'s version from {@code kept}, which is written first where it is missing. */
    static PrePopulatedValidationSupport load(FhirContext fhir, Path kept) throws IOException {
        if (!Files.exists(kept)) {
            write(fhir, kept);
        }
        fhir.setParserErrorHandler(new LenientErrorHandler(false));
        IParser parser = fhir.newJsonParser();
        var support = new PrePopulatedValidationSupport(fhir);
        try (var in = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(kept)), StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                support.addResource(parser.parseResource(line));
            }
        }
        return support;
    }

    private static void write(FhirContext fhir, Path kept) throws IOException {
        Path unfinished = Files.createTempFile(kept.getParent(), "definitions", ".tmp");
        IParser parser = fhir.newJsonParser();
        try (Writer out = new OutputStreamWriter(
                new GZIPOutputStream(Files.newOutputStream(unfinished)), StandardCharsets.UTF_8)) {
            var all = new DefaultProfileValidationSupport(fhir);
            // R4's and R4B's are read when the first is asked for, and "all" are none before that.
            all.fetchAllStructureDefinitions();
            all.fetchCodeSystem("http://hl7.org/fhir/publication-status");
            for (IBaseResource definition : all.fetchAllConformanceResources()) {
                if (TYPES.contains(fhir.getResourceType(definition))) {
                    JsonObject json = JsonParser.parseString(parser.encodeResourceToString(definition)).getAsJsonObject();
                    slim(json);
                    out.write(json + "\n");
                }
            }
        }
        Files.move(unfinished, kept, StandardCopyOption.ATOMIC_MOVE);
    }

    private static void slim(JsonObject definition) {
        UNUSED.forEach(definition::remove);
        for (String view : List.of("snapshot", "differential")) {
            if (definition.has(view)) {
                for (JsonElement element : definition.getAsJsonObject(view).getAsJsonArray("element")) {
                    UNUSED_IN_ELEMENTS.forEach(element.getAsJsonObject()::remove);
                }
            }
        }
    }
}
